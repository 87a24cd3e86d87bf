// What people are called where times for a group are shown.
import type { NamedPerson } from "../api/client";
import { t } from "../strings";

/** The name of each; with the address where others have the same name, and "You" for the reader. */
export function namesOf(people: NamedPerson[], userId: string): (person: { user_id: string; email: string }) => string {
    const written = (name: string): string => name.normalize("NFKC").trim().toLowerCase();
    return ({ user_id, email }) => {
        if (user_id === userId) return t("you");
        const name = people.find((person) => person.user_id === user_id)?.name;
        if (name === undefined) return email;
        const isShared = people.some((other) => other.user_id !== user_id && written(other.name) === written(name));
        return isShared ? `${name} (${email})` : name;
    };
}
