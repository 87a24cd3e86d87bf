// What is said to the issuer: OpenID Connect by authorization code with PKCE. The library checks what comes back: `state`, `iss`
// (RFC 9207), and issuer, audience, nonce and times of the ID token. Its signature is API Gateway's to check.
import * as oauth from "oauth4webapi";
import { language } from "../language";
import { clientId, issuer } from "../state/sign_in";
import { t } from "../strings";

/** What one sign-in has to prove when it comes back. */
export interface Attempt {
    state: string;
    nonce: string;
    verifier: string;
}

/** What the issuer gave. */
export interface Tokens {
    /** What the API takes: most issuers put the address into this one alone. */
    idToken: string;
    refreshToken: string | null;
    /** For how many seconds the ID token holds from when it was issued. */
    lifetime: number;
    subject: string;
    email: string;
    name: string;
}

/** The one address that the issuer may send people back to: without a fragment, as it is registered there. */
const redirectUri = `${location.origin}/`;
const client: oauth.Client = { client_id: clientId };
// Only `local` serves the page with such an issuer, on this machine.
const isPlain = issuer.startsWith("http:");

/** How long the issuer may take for one answer. */
const PATIENCE_MS = 20_000;

type Init = oauth.CustomFetchOptions<string, URLSearchParams | undefined>;

const options = {
    [oauth.allowInsecureRequests]: isPlain,
    [oauth.customFetch]: (url: string, init: Init): Promise<Response> =>
        fetch(url, { ...(init as RequestInit), credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) }),
};

let server: Promise<oauth.AuthorizationServer> | null = null;

/** What the issuer says of itself; read once, and again after it couldn't be read. */
function discovered(): Promise<oauth.AuthorizationServer> {
    const read = async (): Promise<oauth.AuthorizationServer> => {
        const expected = new URL(issuer);
        return oauth.processDiscoveryResponse(expected, await oauth.discoveryRequest(expected, options));
    };
    server ??= read().catch((error: unknown) => {
        server = null;
        throw error;
    });
    return server;
}

export function newAttempt(): Attempt {
    const [state, nonce, verifier] = [oauth.generateRandomState(), oauth.generateRandomNonce(), oauth.generateRandomCodeVerifier()];
    return { state, nonce, verifier };
}

function endpoint(of: string | undefined): URL {
    if (of === undefined) throw new Error("the issuer has no such endpoint");
    const url = new URL(of);
    oauth.checkProtocol(url, !isPlain);
    return url;
}

/** Where the person signs in. With `email`, the issuer may ask for that account at once. */
export async function authorizationUrl({ state, nonce, verifier }: Attempt, email?: string): Promise<string> {
    const known = await discovered();
    const url = endpoint(known.authorization_endpoint);
    // Without this scope some issuers give no refresh token. Those that don't list it would refuse it.
    const offline = known.scopes_supported?.includes("offline_access") === true ? " offline_access" : "";
    const parameters: Record<string, string> = {
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: "code",
        scope: `openid email${offline}`,
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        ui_locales: language.peek(),
    };
    if (email !== undefined) parameters["login_hint"] = email;
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
}

/** The tokens for the code that the issuer sent back in `parameters`. */
export async function exchange(parameters: URLSearchParams, attempt: Attempt): Promise<Tokens> {
    const known = await discovered();
    const checked = oauth.validateAuthResponse(known, client, parameters, attempt.state);
    const answer = await oauth.authorizationCodeGrantRequest(known, client, oauth.None(), checked, redirectUri, attempt.verifier, options);
    const expected = { expectedNonce: attempt.nonce, requireIdToken: true };
    return read(await oauth.processAuthorizationCodeResponse(known, client, answer, expected), null);
}

export async function refresh(refreshToken: string): Promise<Tokens> {
    const known = await discovered();
    const answer = await oauth.refreshTokenGrantRequest(known, client, oauth.None(), refreshToken, options);
    return read(await oauth.processRefreshTokenResponse(known, client, answer), refreshToken);
}

function read(answer: oauth.TokenEndpointResponse, earlier: string | null): Tokens {
    const claims = oauth.getValidatedIdTokenClaims(answer);
    if (claims === undefined || answer.id_token === undefined) throw new Error("no ID token");
    const text = (claim: unknown): string => (typeof claim === "string" ? claim : "");
    return {
        idToken: answer.id_token,
        // An issuer that doesn't give another one leaves the earlier one valid (RFC 6749, section 6).
        refreshToken: answer.refresh_token ?? earlier,
        lifetime: claims.exp - claims.iat,
        subject: claims.sub,
        email: text(claims["email"]),
        name: text(claims["name"]),
    };
}

/** Ends the refresh token, where the issuer lets that be done from where the tokens come from. */
export async function revoke(refreshToken: string): Promise<void> {
    const known = await discovered();
    const [revocation, token] = [known.revocation_endpoint, known.token_endpoint];
    // The policy of the page may not let it call another origin, and then nothing is lost: the token is forgotten anyway.
    if (revocation === undefined || token === undefined || new URL(revocation).origin !== new URL(token).origin) return;
    await oauth.revocationRequest(known, client, oauth.None(), refreshToken, options);
}

/**
 * Where the person signs out at the issuer, if it has such a page. It is told the client and not the ID token, which would stand
 * in an address; so it may ask whether to sign out. Cognito calls the address to come back to otherwise than the standard does.
 */
export async function endSessionUrl(): Promise<string | null> {
    const known = await discovered();
    if (known.end_session_endpoint === undefined) return null;
    const url = endpoint(known.end_session_endpoint);
    const parameters = { client_id: clientId, post_logout_redirect_uri: redirectUri, logout_uri: redirectUri };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
}

/** Whether the issuer refused, so that the same can't work later. */
export function isRefusal(error: unknown): boolean {
    return error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError;
}

/** What went wrong, for people. */
export function explain(error: unknown): string {
    if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
        const why = error.error_description ?? error.error;
        return t(error.error === "access_denied" ? "sign_in_cancelled" : "provider_refused", { why });
    }
    if (error instanceof oauth.OperationProcessingError && error.code === oauth.JWT_TIMESTAMP_CHECK) return t("wrong_clock");
    // `fetch` itself says nothing else where there was no answer, or none in time.
    if (error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError")) return t("provider_unreachable", { provider: new URL(issuer).host });
    return t("provider_unexpected");
}
