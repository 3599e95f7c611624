// Keys: a form with data-key-create or data-key-get holds a challenge and sends what the key answers.
//
//   data-key-create='{...}'   on a form: its submit asks the browser to make a key for this challenge
//   data-key-get='{...}'      on a form: its submit asks a key to sign this challenge
//   data-key-get-from="/url"  on a form: the same, with a challenge fetched when it is needed
//   name="given"              the field that takes the answer
//   data-key-trouble          shown when the browser or the person gave up
//   data-key-missing          shown, and the form's buttons turned off, where the browser has no keys
(() => {
  "use strict";
  const able = Boolean(window.PublicKeyCredential && navigator.credentials);

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (ch) => ch.charCodeAt(0)).buffer;
  };
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

  function asked({ publicKey }) {
    const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
    if (options.user) options.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) options.excludeCredentials = named(options.excludeCredentials);
    if (options.allowCredentials) options.allowCredentials = named(options.allowCredentials);
    return { publicKey: options };
  }

  function told(credential) {
    const { response } = credential;
    const answer = { clientDataJSON: text(response.clientDataJSON) };
    if (response.attestationObject) {
      answer.attestationObject = text(response.attestationObject);
      answer.transports = response.getTransports ? response.getTransports() : [];
    } else {
      answer.authenticatorData = text(response.authenticatorData);
      answer.signature = text(response.signature);
      answer.userHandle = response.userHandle ? text(response.userHandle) : null;
    }
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response: answer,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  }

  async function challenge(form) {
    if (!form.dataset.keyGetFrom) return JSON.parse(form.dataset.keyGet || form.dataset.keyCreate);
    const answer = await fetch(form.dataset.keyGetFrom, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("no challenge");
    return answer.json();
  }

  async function ask(form) {
    const trouble = form.querySelector("[data-key-trouble]");
    trouble.hidden = true;
    try {
      const options = asked(await challenge(form));
      const keys = navigator.credentials;
      const found = await (form.dataset.keyCreate ? keys.create(options) : keys.get(options));
      form.elements.given.value = told(found);
      form.submit();
    } catch {
      // Whoever closes the browser's own window has seen why; the sentence says how to go on.
      trouble.hidden = false;
    }
  }

  for (const form of document.querySelectorAll("[data-key-create], [data-key-get], [data-key-get-from]")) {
    if (!able) {
      for (const button of form.querySelectorAll("button")) button.disabled = true;
      form.querySelector("[data-key-missing]").hidden = false;
      continue;
    }
    // In the capture phase, before what stops a form from being sent twice.
    form.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        event.stopImmediatePropagation();
        ask(form);
      },
      true,
    );
  }
})();
