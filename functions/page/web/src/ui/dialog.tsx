import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../strings";

/** A dialog over the page. Escape and its cross close it, and the focus then goes back to where it was. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
    const id = useId();
    const element = useRef<HTMLDialogElement>(null);
    // Before anything else can happen: the next key already belongs to the dialog.
    useLayoutEffect(() => {
        const before = document.activeElement;
        element.current?.showModal();
        return () => {
            if (before instanceof HTMLElement && before.isConnected) before.focus();
        };
    }, []);
    return (
        <dialog ref={element} class="dialog" aria-labelledby={id} onCancel={(event) => { event.preventDefault(); onClose(); }}>
            <header>
                <h2 id={id}><bdi>{title}</bdi></h2>
                <button type="button" class="plain" aria-label={t("close")} onClick={onClose}>✕</button>
            </header>
            {children}
        </dialog>
    );
}
