// placeholder
import type { Root } from './root.ts';
export async function unpackArchive(archive: string, roots: string): Promise<Root> {
  throw new Error(`${archive} ${roots}`);
}
