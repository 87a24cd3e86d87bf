export function WeekView() {
    return <main id="main" tabIndex={-1} />;
}
