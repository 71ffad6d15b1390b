package dev.ballast.proxy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/**
 * Messages changed at random, with an eye for what HTTP is made of: lines doubled, dropped and exchanged between messages,
 * words that matter put where they don't belong, bytes changed, left out and swapped. The same seed gives the same messages.
 */
final class Mutations {
  private static final int LONGEST = 1_500;
  private static final String[] WORDS = {
    "\r\n",
    "\n",
    "\r",
    "\r\n\r\n",
    "\n\n",
    " ",
    "\t",
    ":",
    ";",
    ",",
    "0",
    "00",
    "0x",
    "+",
    "-",
    "\0",
    "\u000b",
    "\u0085",
    "\u00a0",
    "\u00ff",
    "\"",
    "\\",
    "%0d%0a",
    "#",
    "?",
    "*",
    "@",
    "//",
    "http://a.test",
    "HTTP/1.1",
    "HTTP/1.0",
    "chunked",
    "identity",
    "close",
    "keep-alive",
    "Content-Length",
    "Transfer-Encoding",
    "Host",
    "Connection",
    "5",
    "18446744073709551616",
    "Content-Length: 5\r\n",
    "Content-Length: 0\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Host: b.test\r\n",
    "Connection: close\r\n",
    "Expect: 100-continue\r\n",
    "Content_Length: 5\r\n",
    "0\r\n\r\n",
    "5\r\nhello\r\n",
    "GET /next HTTP/1.1\r\nHost: a.test\r\n\r\n"
  };

  private final List<byte[]> corpus;
  private final Random random;

  Mutations(List<byte[]> corpus, Random random) {
    this.corpus = corpus.stream().filter(bytes -> bytes.length < LONGEST).toList();
    this.random = random;
  }

  byte[] next() {
    if (random.nextInt(50) == 0) {
      byte[] noise = new byte[1 + random.nextInt(200)];
      random.nextBytes(noise);
      return noise;
    }
    byte[] bytes = any();
    for (int change = random.nextInt(4); change >= 0 && bytes.length > 1; change--) {
      bytes = changed(bytes, random.nextInt(bytes.length));
    }
    return bytes;
  }

  /** One of those that are changed, as it is. */
  byte[] any() {
    return corpus.get(random.nextInt(corpus.size()));
  }

  private byte[] changed(byte[] bytes, int at) {
    return switch (random.nextInt(8)) {
      case 0 -> replaced(bytes, at, at + 1, new byte[] {(byte) random.nextInt(256)});
      case 1 -> replaced(bytes, at, at + 1, new byte[0]);
      case 2 -> replaced(bytes, at, at, word());
      case 3 -> replaced(bytes, at, at, lineOf(any()));
      case 4 -> replaced(bytes, at, Math.min(bytes.length, at + random.nextInt(20)), new byte[0]);
      case 5 -> replaced(bytes, lineStart(bytes, at), lineStart(bytes, at), lineOf(any()));
      case 6 -> replaced(bytes, lineStart(bytes, at), lineEnd(bytes, at), new byte[0]);
      default -> joined(bytes, any());
    };
  }

  private byte[] word() {
    return WORDS[random.nextInt(WORDS.length)].getBytes(StandardCharsets.ISO_8859_1);
  }

  private byte[] lineOf(byte[] other) {
    int at = random.nextInt(other.length);
    int start = lineStart(other, at);
    return replaced(
        new byte[0], 0, 0, java.util.Arrays.copyOfRange(other, start, lineEnd(other, at)));
  }

  private static int lineStart(byte[] bytes, int at) {
    int start = at;
    while (start > 0 && bytes[start - 1] != '\n') {
      start--;
    }
    return start;
  }

  private static int lineEnd(byte[] bytes, int at) {
    int end = at;
    while (end < bytes.length && bytes[end] != '\n') {
      end++;
    }
    return Math.min(bytes.length, end + 1);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    return first.length + second.length > LONGEST
        ? second
        : replaced(first, first.length, first.length, second);
  }

  private static byte[] replaced(byte[] bytes, int from, int to, byte[] with) {
    byte[] result = new byte[from + with.length + bytes.length - to];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(with, 0, result, from, with.length);
    System.arraycopy(bytes, to, result, from + with.length, bytes.length - to);
    return result;
  }
}
