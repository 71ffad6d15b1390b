package dev.ballast.controller;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Text as it is sent, encoded once and shared by all who send it. Immutable. */
final class Payload {
  static final Payload EMPTY = of("");

  private final byte[] bytes;

  private Payload(byte[] bytes) {
    this.bytes = bytes;
  }

  static Payload of(String text) {
    return new Payload(text.getBytes(StandardCharsets.UTF_8));
  }

  int size() {
    return bytes.length;
  }

  /** The bytes, with a position of the caller's own. */
  ByteBuffer buffer() {
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }
}
