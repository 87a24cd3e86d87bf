export function FindView() {
    return <main id="main" tabIndex={-1}>…</main>;
}
