// A labelled input with its help and its error, which assistive technology reads with it.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** What ties an input to its label, help and error. */
export interface FieldAttributes {
    id: string;
    "aria-invalid": boolean;
    "aria-describedby"?: string;
}

interface FieldProps {
    label: string;
    error?: string | null;
    help?: string;
    children: (attributes: FieldAttributes) => ComponentChildren;
}

export function Field({ label, error = null, help, children }: FieldProps) {
    const id = useId();
    const described = [help !== undefined ? `${id}-help` : "", error !== null ? `${id}-error` : ""].filter(Boolean).join(" ");
    const attributes: FieldAttributes = { id, "aria-invalid": error !== null, ...(described === "" ? {} : { "aria-describedby": described }) };
    return (
        <div class="field">
            <label for={id}>{label}</label>
            {children(attributes)}
            {help !== undefined && <p class="help" id={`${id}-help`}>{help}</p>}
            {error !== null && <p class="error" id={`${id}-error`}>{error}</p>}
        </div>
    );
}

/** An input that offers every zone the browser knows while somebody types. */
export function ZoneField({ label, value, error = null, onChange }: {
    label: string; value: string; error?: string | null; onChange: (zone: string) => void;
}) {
    return (
        <Field label={label} error={error}>
            {(attributes) => (
                <input {...attributes} list="zones" value={value} autocomplete="off" spellcheck={false}
                    onInput={(event) => onChange(event.currentTarget.value.trim().replaceAll(" ", "_"))} />
            )}
        </Field>
    );
}
