// Names the ways in which a TLS handshake with an agent fails, as a person should read them in the record.

/** Most often a client that does not trust the gateway's CA. */
export function tlsFailure(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (/UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN/.test(code)) return 'tls_ca_not_trusted';
  if (/NO_APPLICATION_PROTOCOL/.test(code)) return 'tls_no_http1';
  if (error.message === 'timeout') return 'tls_timeout';
  return code.startsWith('ERR_SSL_') ? code.toLowerCase() : 'tls_broken_off';
}
