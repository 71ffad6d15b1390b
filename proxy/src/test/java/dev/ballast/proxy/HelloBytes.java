package dev.ballast.proxy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes the first message of a TLS client, proper or with something wrong in it. */
final class HelloBytes {
  private byte[] sessionId = new byte[32];
  private byte[] ciphers = {0x13, 0x01, 0x13, 0x02};
  private byte[] compressions = {0};
  private final List<byte[]> extensions = new ArrayList<>();
  private boolean hasExtensions = true;
  private byte[] leftOver = {};

  static HelloBytes hello() {
    return new HelloBytes();
  }

  HelloBytes named(String host) {
    return extension(0, serverNames(0, host.getBytes(StandardCharsets.ISO_8859_1)));
  }

  /** The body of the extension server_name with one entry. */
  static byte[] serverNames(int type, byte[] host) {
    return joined(two(host.length + 3), one(type), two(host.length), host);
  }

  HelloBytes extension(int type, byte[] body) {
    extensions.add(joined(two(type), two(body.length), body));
    return this;
  }

  HelloBytes sessionId(byte[] id) {
    sessionId = id;
    return this;
  }

  HelloBytes ciphers(byte[] suites) {
    ciphers = suites;
    return this;
  }

  HelloBytes compressions(byte[] methods) {
    compressions = methods;
    return this;
  }

  HelloBytes withoutExtensions() {
    hasExtensions = false;
    return this;
  }

  HelloBytes leavingOver(byte[] bytes) {
    leftOver = bytes;
    return this;
  }

  /** The handshake message with its header. */
  byte[] message() {
    byte[] all = joined(extensions.toArray(byte[][]::new));
    byte[] body =
        joined(
            new byte[] {3, 3},
            new byte[32],
            one(sessionId.length),
            sessionId,
            two(ciphers.length),
            ciphers,
            one(compressions.length),
            compressions,
            hasExtensions ? two(all.length) : new byte[0],
            hasExtensions ? all : new byte[0],
            leftOver);
    return joined(one(1), one(body.length >> 16), two(body.length), body);
  }

  /** In one record. */
  byte[] bytes() {
    return records(message(), 1 << 14);
  }

  /** In records of at most so many bytes. */
  static byte[] records(byte[] message, int size) {
    var out = new ByteArrayOutputStream();
    for (int at = 0; at < message.length; at += size) {
      int length = Math.min(size, message.length - at);
      out.writeBytes(new byte[] {22, 3, 1});
      out.writeBytes(two(length));
      out.write(message, at, length);
    }
    return out.toByteArray();
  }

  static byte[] one(int number) {
    return new byte[] {(byte) number};
  }

  static byte[] two(int number) {
    return new byte[] {(byte) (number >> 8), (byte) number};
  }

  static byte[] joined(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
