// Patients at the PKB sandbox: they decide by the sandbox's controls, or on its page as a browser would.

const { url } = JSON.parse(process.env.PKB_READY);

export async function control(method, path, body) {
    const answer = await fetch(`${url}/sandbox/v1/pkb${path}`, {
        method,
        headers: body && { "content-type": "application/json" },
        body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the control ${path} was answered ${answer.status}: ${text}`);
    return JSON.parse(text);
}

// Each gives the address that the browser would be sent to.

export const approveByControl = (address, { email }) => decide(address, email, "approve");

export const denyByControl = (address, { email }) => decide(address, email, "deny");

async function decide(address, email, decision) {
    const { location } = await control("POST", "/approvals", { url: address, email, decision });
    return location;
}

export async function approveByPage(address, { email, password }) {
    const page = await fetch(address, { redirect: "manual" });
    const html = await page.text();
    if (page.status !== 200) throw new Error(`the authorise page was answered ${page.status}`);
    const form = html.match(/<form action="(\/apiAuthorize\.action)"[^]*?<\/form>/);
    if (!form) throw new Error("the authorise page has no form");
    const fields = new URLSearchParams();
    for (const [tag] of form[0].matchAll(/<input type="hidden"[^>]*>/g)) {
        fields.set(attribute(tag, "name"), attribute(tag, "value"));
    }
    fields.set("email", email);
    fields.set("password", password);
    fields.set("decision", "approve");
    const answer = await fetch(new URL(form[1], url), {
        method: "POST",
        redirect: "manual",
        headers: { cookie: page.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ") },
        body: fields,
    });
    if (answer.status !== 303) throw new Error(`the form was answered ${answer.status}`);
    return answer.headers.get("location");
}

function attribute(tag, name) {
    const [, value] = tag.match(new RegExp(` ${name}="([^"]*)"`));
    return value.replace(/&#x([0-9a-f]+);/gi, (_, hex) => String.fromCodePoint(parseInt(hex, 16)))
        .replace(/&#(\d+);/g, (_, number) => String.fromCodePoint(Number(number)))
        .replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
