import "./sign_in/returned"; // First: it gives the address back to the page.
import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app";
import { direction, language } from "./language";

effect(() => {
    document.documentElement.lang = language.value;
    document.documentElement.dir = direction.value;
});

const root = document.getElementById("app");
if (root !== null) {
    root.replaceChildren();
    render(<App />, root);
}
