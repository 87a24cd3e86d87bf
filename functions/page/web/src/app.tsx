// The frame of the page: the bar, the view, and what is laid over it.
import { useEffect } from "preact/hooks";
import { Bar } from "./ui/bar";
import { Messages } from "./ui/messages";
import { Overlays } from "./ui/overlays";
import { SignInAgain } from "./ui/sign_in_again";
import { listenToKeys } from "./ui/shortcuts";
import { person } from "./state/sign_in";
import { place } from "./state/place";
import { SignInView } from "./views/sign_in";
import { viewNamed } from "./views/registry";

export function App() {
    useEffect(() => listenToKeys(), []);
    const view = viewNamed(place.value.view);
    const isIn = person.value !== null;
    return (
        <>
            <Bar view={isIn ? view : null} />
            {isIn ? <view.Component /> : <SignInView />}
            {isIn && <Overlays />}
            <SignInAgain />
            <Messages />
        </>
    );
}
