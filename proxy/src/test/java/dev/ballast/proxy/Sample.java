package dev.ballast.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A row of {@code requests.txt} or {@code answers.txt}: bytes as they come over the wire, and what has to become of them. The
 * files say how they are written.
 *
 * @param section where the rule is written
 * @param sent the bytes, a character each
 * @param asked what an answer is an answer to; empty for GET, and for requests
 * @param messages what is passed on, in order, byte for byte
 * @param end how it ends: the status and reason of a refusal, what is still waited for, or empty
 */
record Sample(
    String description,
    String section,
    String asked,
    String sent,
    List<String> messages,
    String end) {
  /** Written by this proxy, in this case: who forwarded it. Anything in another case is somebody else's. */
  private static final Pattern FORWARDING =
      Pattern.compile("(?m)^(?:X-Forwarded-(?:For|Proto|Port|Host)|x-request-id): [^\r]*\r\n");

  private static final String HOST = "Host: a.test\r\n";
  private static final String POST = "POST / HTTP/1.1\r\n" + HOST;
  private static final Map<String, String> WORDS =
      Map.of(
          "host",
          HOST,
          "get",
          "GET / HTTP/1.1\r\n" + HOST,
          "post",
          POST,
          "chunked",
          POST + "Transfer-Encoding: chunked\r\n\r\n",
          "next",
          "GET /next HTTP/1.1\r\n" + HOST + "\r\n",
          "ok",
          "HTTP/1.1 200 OK\r\n",
          "close",
          "Connection: close\r\n");

  static List<Sample> requests() {
    return read("requests.txt");
  }

  static List<Sample> answers() {
    return read("answers.txt");
  }

  byte[] bytes() {
    return sent.getBytes(StandardCharsets.ISO_8859_1);
  }

  boolean isAccepted() {
    return end.isEmpty();
  }

  boolean isRefused() {
    return !end.isEmpty() && Character.isDigit(end.charAt(0));
  }

  /** Why it is refused. */
  String reason() {
    return end.substring(4);
  }

  /** All that comes of it, as a {@link Transcript} says it. */
  List<String> outcome() {
    var outcome = new ArrayList<>(messages);
    if (isRefused()) {
      outcome.add("refused: " + reason());
    } else if (!end.isEmpty()) {
      outcome.add("unfinished " + end);
    }
    return outcome;
  }

  /** A request without the fields that say who forwarded it. */
  static String withoutForwarding(String request) {
    return FORWARDING.matcher(request).replaceAll("");
  }

  @Override
  public String toString() {
    return description;
  }

  private static List<Sample> read(String name) {
    try (InputStream in = Sample.class.getResourceAsStream(name)) {
      var samples = new ArrayList<Sample>();
      for (String row :
          new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\n\n+", -1)) {
        if (!row.isBlank() && !row.startsWith("#")) {
          samples.add(row(row.strip().split("\n", -1)));
        }
      }
      return samples;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Sample row(String[] lines) {
    var sent = new StringBuilder();
    var messages = new ArrayList<String>();
    String asked = "";
    String end = "";
    for (int i = 1; i < lines.length; i++) {
      String text = lines[i].substring(2);
      switch (lines[i].charAt(0)) {
        case '@' -> asked = text;
        case '<' -> sent.append(bytesOf(text));
        case '>' -> messages.add(bytesOf(text));
        case '!', '~' -> end = text;
        default -> throw new AssertionError(lines[i]);
      }
    }
    int bracket = lines[0].lastIndexOf(" [");
    return new Sample(
        lines[0].substring(0, bracket),
        lines[0].substring(bracket + 2, lines[0].length() - 1),
        asked,
        sent.toString(),
        messages,
        end);
  }

  /** What a text in the notation of the tables stands for. */
  private static String bytesOf(String text) {
    var bytes = new StringBuilder();
    for (int at = 0; at < text.length(); ) {
      char c = text.charAt(at);
      if (c == '{') {
        int close = closing(text, at);
        bytes.append(braced(text.substring(at + 1, close)));
        at = close + 1;
      } else if (c == '\\') {
        at = escaped(text, at + 1, bytes);
      } else {
        bytes.append(c);
        at++;
      }
    }
    return bytes.toString();
  }

  private static int closing(String text, int open) {
    int depth = 0;
    for (int at = open; ; at++) {
      depth += text.charAt(at) == '{' ? 1 : 0;
      depth -= text.charAt(at) == '}' ? 1 : 0;
      if (depth == 0) {
        return at;
      }
    }
  }

  private static String braced(String text) {
    int star = text.indexOf('*');
    return star < 0
        ? WORDS.get(text)
        : bytesOf(text.substring(star + 1)).repeat(Integer.parseInt(text.substring(0, star)));
  }

  private static int escaped(String text, int at, StringBuilder bytes) {
    switch (text.charAt(at)) {
      case 'r' -> bytes.append('\r');
      case 'n' -> bytes.append('\n');
      case 't' -> bytes.append('\t');
      case '\\' -> bytes.append('\\');
      case 'x' -> {
        bytes.append((char) Integer.parseInt(text.substring(at + 1, at + 3), 16));
        return at + 3;
      }
      default -> throw new AssertionError(text);
    }
    return at + 1;
  }
}
