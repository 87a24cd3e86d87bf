export function ListView() {
    return <main id="main" tabIndex={-1} />;
}
