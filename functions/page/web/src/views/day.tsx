export function DayView() {
    return <main id="main" tabIndex={-1} />;
}
