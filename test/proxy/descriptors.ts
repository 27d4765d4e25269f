// Hands open sockets to another process, as the worker does it.
import koffi from 'koffi';

/** sendmsg with SCM_RIGHTS, as the worker does it. */
export function sendDescriptors(path: string, payload: string, descriptors: readonly number[]): void {
  const c = koffi.load('libc.so.6');
  const socket = c.func('int socket(int, int, int)');
  const connectTo = c.func('int connect(int, uint8_t *, uint32_t)');
  const sendmsg = c.func('long sendmsg(int, uint8_t *, int)');
  const close = c.func('int close(int)');
  const fd = socket(1, 2, 0) as number;
  const address = Buffer.alloc(110);
  address.writeUInt16LE(1, 0);
  address.write(path, 2);
  if (connectTo(fd, address, path.length + 3) !== 0) throw new Error(`connecting to ${path}: ${koffi.errno()}`);
  const text = Buffer.from(payload);
  const control = Buffer.alloc(16 + Math.ceil((descriptors.length * 4) / 8) * 8);
  control.writeBigUInt64LE(BigInt(16 + descriptors.length * 4), 0);
  control.writeInt32LE(1, 8);
  control.writeInt32LE(1, 12);
  descriptors.forEach((d, i) => control.writeInt32LE(d, 16 + 4 * i));
  const vector = Buffer.alloc(16);
  vector.writeBigUInt64LE(koffi.address(text), 0);
  vector.writeBigUInt64LE(BigInt(text.length), 8);
  const message = Buffer.alloc(56);
  message.writeBigUInt64LE(koffi.address(vector), 16);
  message.writeBigUInt64LE(1n, 24);
  message.writeBigUInt64LE(koffi.address(control), 32);
  message.writeBigUInt64LE(descriptors.length === 0 ? 0n : BigInt(control.length), 40);
  const sent = Number(sendmsg(fd, message, 0));
  close(fd);
  if (sent < 0) throw new Error(`sending descriptors: ${koffi.errno()}`);
}
