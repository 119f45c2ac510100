/* Small conveniences. Every page works without this file; nothing here decides anything. */
(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const token = () => one('input[name="csrfmiddlewaretoken"]')?.value ?? "";
  const send = (url, body) =>
    fetch(url, { method: "POST", body, credentials: "same-origin", headers: { "X-CSRFToken": token() } });

  /* What only works with script is hidden until now. */
  all("[data-script]").forEach((element) => { element.hidden = false; });

  /* After a refused form the focus goes to the summary of what to correct. */
  one("[data-focus]")?.focus();

  /* Copy what a field holds; the field itself can be copied by hand. */
  all("[data-copy]").forEach((button) => button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
    button.parentElement.querySelector("[role=status]").textContent = button.dataset.done;
  }));

  all("[data-print]").forEach((button) => button.addEventListener("click", () => print()));

  /* Menu on a phone: Escape and the links inside close it. */
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && location.hash === "#menu") {
      location.hash = "#ust";
      one(".menu-link")?.focus();
    }
  });

  /* A form is sent once; coming back with the browser's button makes it usable again. What is answered by a file
     (data-download) leaves the page standing, and can be asked for as often as wanted. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || "download" in form.dataset) return;
    if (form.dataset.sent) event.preventDefault();
    else form.dataset.sent = "1";
    const number = form.elements._gonderim;
    if (number) history.replaceState({ number: number.value }, "");
  });
  /* The number of what was sent stands in the browser's history: gone back to and unchanged, it is the same form. */
  if (history.state?.number) all('input[name="_gonderim"]').forEach((input) => { input.value = history.state.number; });
  addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

  /* What stands in a form that is kept, as it is sent to be kept: no secrets, no token. */
  const typedIn = (form) => {
    const body = new FormData(form);
    all('input[type="password"]', form).forEach((control) => body.delete(control.name));
    body.delete("csrfmiddlewaretoken");
    body.set("_form", form.dataset.keep || location.pathname);
    body.set("_path", location.pathname);
    return body;
  };

  /* The other language is another page: what was typed goes along, and is there again. */
  let touched;
  document.addEventListener("input", (event) => { touched = event.target.form; });
  all('button[name="language"]').forEach((button) => button.form.addEventListener("formdata", ({ formData }) => {
    const form = one("form[data-keep]");
    const own = new Set(["language", ...formData.keys()]);
    const holds = form && (touched === form || one('[data-focus], .notice[role="status"]'));
    if (holds) typedIn(form).forEach((value, name) => {
      if (typeof value === "string" && !own.has(name)) formData.append(name, value);
    });
  }));

  /* Characters left: told at once to the eye, to a screen reader only after a pause. */
  const words = (element, left) =>
    (left < 0 ? element.dataset.over : element.dataset.one).replace("{n}", String(Math.abs(left)));
  all("[data-counter]").forEach((control) => {
    const counter = document.getElementById(control.dataset.counter);
    const limit = Number(control.getAttribute("maxlength"));
    if (!counter || !limit) return;
    const spoken = document.createElement("p");
    spoken.className = "vh";
    spoken.setAttribute("aria-live", "polite");
    counter.after(spoken);
    control.removeAttribute("maxlength"); /* a paste is never cut off silently; the server refuses what is too long */
    let pause;
    const show = (speak) => {
      const left = limit - [...control.value].length;
      counter.textContent = words(counter, left);
      clearTimeout(pause);
      if (speak) pause = setTimeout(() => { spoken.textContent = counter.textContent; }, 1200);
    };
    control.addEventListener("input", () => show(true));
    show(false);
  });

  /* Show the password while the box is ticked. */
  all("[data-reveals]").forEach((box) => {
    const control = document.getElementById(box.dataset.reveals);
    const show = () => { control.type = box.checked ? "text" : "password"; };
    box.addEventListener("change", show);
    control.form.addEventListener("submit", () => { control.type = "password"; });
  });

  /* Rows to pick: the head box picks all; a line says how many are picked. */
  all("[data-picks]").forEach((form) => {
    const boxes = all('tbody input[type="checkbox"]', form);
    const head = one("[data-all]", form);
    const told = one("[data-told]", form);
    const nothing = told?.textContent ?? "";
    const show = () => {
      const picked = boxes.filter((box) => box.checked).length;
      if (head) {
        head.checked = picked > 0 && picked === boxes.length;
        head.indeterminate = picked > 0 && picked < boxes.length;
      }
      if (told) told.textContent = picked ? told.dataset.words.replace("{n}", String(picked)) : nothing;
    };
    head?.addEventListener("change", () => {
      boxes.forEach((box) => { box.checked = head.checked; });
      show();
    });
    form.addEventListener("change", show);
    show();
  });

  /* Province and district: the same button that works without script is pressed behind the scenes. */
  all("select[data-fetches]").forEach((select) => {
    const target = document.getElementById(select.dataset.fetches);
    const button = one(`button[name="action"][value="${select.dataset.action}"]`, select.form);
    if (!target || !button) return;
    let latest = 0;
    select.addEventListener("change", async () => {
      const turn = ++latest;
      const body = new FormData(select.form);
      body.set("action", select.dataset.action);
      target.setAttribute("aria-busy", "true");
      try {
        /* The attribute: form.action would be the button of that name. */
        const answer = await send(select.form.getAttribute("action"), body);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById(target.id);
        if (turn === latest && answer.ok && fresh) {
          /* Moving options one by one hands the selection on to the last of them: nobody chose that one. */
          const chosen = fresh.querySelector("option[selected]");
          target.innerHTML = fresh.innerHTML;
          target.value = chosen ? chosen.value : "";
        }
      } catch { /* the button is still there */ }
      target.removeAttribute("aria-busy");
    });
  });

  /* SGK number: the nine groups as one types; the field itself keeps plain digits. */
  const groups = [1, 4, 2, 2, 7, 3, 2, 2, 3];
  all("[data-sgk]").forEach((control) => {
    const cells = all("dd", document.getElementById(control.dataset.sgk));
    const show = () => {
      const digits = control.value.replace(/\D/g, "");
      let at = 0;
      groups.forEach((length, index) => {
        cells[index].textContent = digits.slice(at, at + length) || "·".repeat(length);
        at += length;
      });
    };
    control.addEventListener("input", show);
    show();
  });

  /* A page that waits asks every two seconds where things stand. Only what differs is changed: what someone marked to
     copy stays marked, and a screen reader says nothing twice. When there is nothing to wait for, it is loaded anew. */
  all("[data-poll]").forEach((region) => {
    const ask = async () => {
      try {
        const answer = await fetch(region.dataset.poll, { credentials: "same-origin" });
        if (answer.ok) {
          const now = one("[data-poll]", new DOMParser().parseFromString(await answer.text(), "text/html"));
          if (!now) return location.reload();
          [...now.children].forEach((part) => {
            const shown = document.getElementById(part.id);
            if (shown.innerHTML !== part.innerHTML) shown.replaceChildren(...part.childNodes);
          });
        }
      } catch { /* offline: asks again */ }
      setTimeout(ask, 2000);
    };
    setTimeout(ask, 2000);
  });

  /* Time-out: warn, let the person go on, and before the end keep what was typed. The server decides; this only tells. */
  const { idleSeconds, warnSeconds, extend, keep, login } = document.body.dataset;
  const region = document.getElementById("oturum");
  if (idleSeconds && region) {
    const notice = document.getElementById("oturum-metni");
    let started = Date.now();
    let shown = false;
    const tabs = window.BroadcastChannel ? new BroadcastChannel("katip") : null;
    const hide = () => { region.replaceChildren(); shown = false; };
    /* Work in one tab keeps the others alive: it is one session. */
    tabs?.addEventListener("message", () => { started = Date.now(); hide(); });
    tabs?.postMessage("here");
    const leave = async () => {
      clearInterval(timer);
      const form = one("form[data-keep]");
      if (form) {
        try { await send(keep, typedIn(form)); } catch { /* offline: the page stays in the browser's history */ }
      }
      const next = encodeURIComponent(location.pathname + location.search);
      location.assign(`${login}?sure-doldu=1&next=${next}`);
    };
    const warn = () => {
      region.append(notice.content.cloneNode(true));
      shown = true;
      const before = document.activeElement;
      const button = one("button", region);
      button.addEventListener("click", async () => {
        try {
          const answer = await send(extend, new FormData());
          if (!answer.ok) throw new Error(String(answer.status));
          started = Date.now();
          tabs?.postMessage("here");
          hide();
          before?.focus();
        } catch { leave(); }
      });
      one("[tabindex]", region).focus();
    };
    const timer = setInterval(() => {
      const idle = (Date.now() - started) / 1000;
      if (idle >= Number(idleSeconds)) leave();
      else if (idle >= Number(warnSeconds) && !shown) warn();
    }, 1000);
  }
})();
