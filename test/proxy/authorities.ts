// The certificate authorities that every test of the proxy can share.
import { issueCertificate } from '../../proxy/x509/issue.ts';

export const dev = issueCertificate({ subject: 'test dev ca', usage: 'ca', days: 1 });
export const gatewayCa = issueCertificate({ subject: 'test gateway ca', usage: 'ca', days: 1 });
