/* Passkeys. The server says what to ask for, the browser asks, its answer goes into the form. Nothing is decided here. */
(() => {
  "use strict";
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  const asked = (options) => {
    const wanted = { ...options, challenge: bytes(options.challenge) };
    if (options.user) wanted.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) wanted.excludeCredentials = named(options.excludeCredentials);
    if (options.allowCredentials) wanted.allowCredentials = named(options.allowCredentials);
    return { publicKey: wanted };
  };
  const told = (credential) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  };

  /* What is said to those without script; not all who have none read <noscript>. */
  for (const note of document.querySelectorAll("[data-no-script]")) note.hidden = true;

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const says = form.querySelector("[data-says]");
    const say = (why) => { says.textContent = says.dataset[why] ?? ""; };
    if (!window.PublicKeyCredential) {
      form.querySelector("button").hidden = true;
      say("unable");
      continue;
    }
    let busy = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      say("waits");
      try {
        const answer = await fetch(form.dataset.begin, {
          method: "POST",
          credentials: "same-origin",
          headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
        });
        if (answer.redirected) { location.reload(); return; } /* the session ended: the page itself says what follows */
        if (!answer.ok) throw new DOMException("", answer.status === 429 ? "slow" : "failed");
        const options = await answer.json();
        if (options.origin !== location.origin) throw new DOMException("", "elsewhere");
        const make = form.dataset.passkey === "create";
        const credential = make
          ? await navigator.credentials.create(asked(options.publicKey))
          : await navigator.credentials.get(asked(options.publicKey));
        form.elements.credential.value = told(credential);
        form.submit();
        return;
      } catch (error) {
        say({ NotAllowedError: "cancelled", InvalidStateError: "known", slow: "slow", elsewhere: "elsewhere" }[error.name]
          ?? "failed");
      }
      busy = false;
    });
  }
})();
