// Errors of the API about hours name the path of each bad value, such as `do_not_disturb.weekly[1].start`.
import { fieldError, generalError, type Problem } from "../api/problem";

/** What is said about exactly this path. */
export function errorAt(problem: Problem | null, path: string): string | null {
    if (problem === null) return null;
    return fieldError({ ...problem, errors: problem.errors.filter(({ field }) => field === path) }, path);
}

const IN_A_ROW = /\.(weekly|exceptions)\[\d+\](\.(days(\[\d+\])?|from|until|start|end)|\.windows(\[\d+\](\.(start|end))?)?)?$/;

/** What is said about the hours that no row of the form shows. */
export function errorOfAll(problem: Problem | null, root: string): string | null {
    if (problem === null) return null;
    const rest = problem.errors.filter(({ field }) => !(field.startsWith(`${root}.`) && IN_A_ROW.test(field)));
    return rest.length === 0 && problem.errors.length > 0 ? null : generalError({ ...problem, errors: rest }, []);
}
