/** Escapes text for HTML content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
}

/** One page of the provider: a heading and ready-made HTML, usable with a keyboard and without scripts. */
export function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} - Example Identity</title>
<style>
body { font: 18px/1.5 system-ui, sans-serif; margin: 10vh auto; max-width: 26rem; padding: 0 1rem }
label, input { display: block; width: 100%; box-sizing: border-box; font: inherit }
input { padding: .5rem; margin: .25rem 0 1rem }
button { font: inherit; padding: .5rem 1.25rem; margin-right: .5rem }
[role=alert] { color: #a00 }
</style>
</head>
<body><main><h1>${escapeHtml(title)}</h1>
${content}
</main></body>
</html>`
}

/** The sign-in form. There are no passwords: who may sign in is all that tests care about. */
export function loginPage(form: { action: string; client: string; hint: string; problem?: string }): string {
  const problem = form.problem ? `<p role="alert">${escapeHtml(form.problem)}</p>` : ''
  return page(
    'Sign in',
    `<p>to continue to <strong>${escapeHtml(form.client)}</strong></p>${problem}
<form method="post" action="${escapeHtml(form.action)}">
<input type="hidden" name="step" value="login">
<label for="login">User name</label>
<input id="login" name="login" autocomplete="username" required autofocus value="${escapeHtml(form.hint)}">
<button name="decision" value="allow">Sign in</button>
<button name="decision" value="deny" formnovalidate>Deny</button>
</form>`,
  )
}

/** The consent form: who asks, for what, and both answers. */
export function consentPage(form: {
  action: string
  client: string
  user: string
  scopes: string[]
}): string {
  const scopes = form.scopes.map((scope) => `<li><code>${escapeHtml(scope)}</code></li>`).join('')
  return page(
    'Allow access?',
    `<p><strong>${escapeHtml(form.client)}</strong> asks <strong>${escapeHtml(form.user)}</strong> for:</p>
<ul>${scopes}</ul>
<form method="post" action="${escapeHtml(form.action)}">
<input type="hidden" name="step" value="consent">
<button name="decision" value="allow" autofocus>Allow</button>
<button name="decision" value="deny">Deny</button>
</form>`,
  )
}

/** Where the user types the code shown by a device. `form` is the provider's own markup, without a button. */
export function deviceCodePage(form: string, problem?: string): string {
  const labelled = form.replace('type="text"', 'type="text" aria-label="Code"')
  return page(
    'Connect a device',
    `<p>Enter the code displayed on your device.</p>
${problem ? `<p role="alert">${escapeHtml(problem)}</p>` : ''}${labelled}
<button type="submit" form="op.deviceInputForm">Continue</button>`,
  )
}

/** Asks whether the shown code is the one on the device (RFC 8628 section 5.4: remote phishing). */
export function deviceConfirmPage(form: string, client: string, userCode: string): string {
  return page(
    'Is this your device?',
    `<p><strong>${escapeHtml(client)}</strong> should show the code <code>${escapeHtml(userCode)}</code>.</p>
${form}
<button type="submit" form="op.deviceConfirmForm" autofocus>Continue</button>
<button type="submit" form="op.deviceConfirmForm" name="abort" value="yes">Deny</button>`,
  )
}

/** Asks before a sign-out started by a client. */
export function logoutPage(form: string): string {
  return page(
    'Sign out?',
    `${form}
<button type="submit" form="op.logoutForm" name="logout" value="yes" autofocus>Sign out</button>
<button type="submit" form="op.logoutForm">Stay signed in</button>`,
  )
}
