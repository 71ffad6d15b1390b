package dev.ballast.controller;

import dev.ballast.model.Documents;
import dev.ballast.model.InvalidInput;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.Problem;
import dev.ballast.model.Revision;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;

/**
 * One request, as the endpoints see it.
 *
 * @param names what stands in the places of the route's pattern
 */
record Call(Request request, List<String> names, Fields query, LongSupplier nanoTime) {
  private static final Duration BODY_TIMEOUT = Duration.ofSeconds(30);
  private static final int USER_LENGTH_LIMIT = 64;
  private static final String USER = "Ballast-User";
  private static final String IF_MATCH = "[1-9][0-9]{0,17}";

  static Call of(Request request, List<String> names, LongSupplier nanoTime) {
    return new Call(request, names, Request.extractQueryParameters(request), nanoTime);
  }

  String name(int index) {
    return names.get(index);
  }

  /** The item that the path names. */
  ItemKey key(Kind kind) {
    return checked(
        kind == Kind.BACKEND ? name(0) + "/" + name(1) : name(0), text -> new ItemKey(kind, text));
  }

  /** Who the history says it was: the user that the client tells, or the holder of the token. */
  String who() {
    String user = header(USER).orElse("").replaceAll("[^\\x20-\\x7e]", "").strip();
    return user.isEmpty() ? "admin" : user.substring(0, Math.min(user.length(), USER_LENGTH_LIMIT));
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(request.getHeaders().get(name));
  }

  /** Whether a switch is set: {@code ?prune} or {@code ?prune=true}. */
  boolean flag(String name) {
    String value = query.getValue(name);
    return value != null && !value.equals("false");
  }

  Optional<String> parameter(String name) {
    return Optional.ofNullable(query.getValue(name)).filter(value -> !value.isEmpty());
  }

  /**
   * A query parameter, read by a function that throws IllegalArgumentException.
   *
   * @throws HttpProblem 400 when it does
   */
  <T> Optional<T> parameter(String name, Function<String, T> read) {
    return parameter(name).map(text -> checked(text, read));
  }

  Optional<Revision> revision(String name) {
    return parameter(name, Revision::parse);
  }

  static <T> T checked(String text, Function<String, T> read) {
    try {
      return read.apply(text);
    } catch (IllegalArgumentException e) {
      throw HttpProblem.of(400, "bad-request", String.valueOf(e.getMessage()));
    }
  }

  /** The revision number in {@code If-Match: "42"}. */
  Optional<Long> ifMatch() {
    return header(HttpHeader.IF_MATCH.asString()).map(text -> checked(text, Call::entityTag));
  }

  private static Long entityTag(String text) {
    String number = text.strip().replaceFirst("^\"(.*)\"$", "$1");
    if (!number.matches(IF_MATCH)) {
      throw new IllegalArgumentException(
          "If-Match: " + text + " is not a quoted revision number, as in If-Match: \"42\"");
    }
    return Long.valueOf(number);
  }

  Documents documents() throws IOException {
    return Documents.parse(body(), format());
  }

  private Documents.Format format() {
    return header(HttpHeader.CONTENT_TYPE.asString())
            .map(type -> type.toLowerCase(Locale.ROOT).contains("json"))
            .orElse(false)
        ? Documents.Format.JSON
        : Documents.Format.YAML;
  }

  /** Reads the whole body of a request that changes the configuration. */
  byte[] body() throws IOException {
    return body(Documents.BYTE_LIMIT);
  }

  /**
   * Reads the whole body.
   *
   * @throws InvalidInput when it has more than {@code limit} bytes: without reading it when it says so, else as soon as that
   *     many are read
   * @throws HttpProblem 408 when it doesn't arrive in time
   */
  byte[] body(int limit) throws IOException {
    if (request.getLength() > limit) {
      throw tooLarge("the body has " + request.getLength() + " bytes", limit);
    }
    long startNanos = nanoTime.getAsLong();
    var body = new ByteArrayOutputStream();
    var buffer = new byte[16_384];
    try (InputStream in = Content.Source.asInputStream(request)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        body.write(buffer, 0, count);
        if (body.size() > limit) {
          throw tooLarge("the body has more than " + limit + " bytes", limit);
        }
        if (nanoTime.getAsLong() - startNanos > BODY_TIMEOUT.toNanos()) {
          throw HttpProblem.of(
              408,
              "body-too-slow",
              "the body did not arrive within " + BODY_TIMEOUT.toSeconds() + " s");
        }
      }
    }
    return body.toByteArray();
  }

  private static InvalidInput tooLarge(String found, int limit) {
    String message = found + "; the limit is " + limit + ": send it in several parts";
    return new InvalidInput(InvalidInput.Reason.TOO_LARGE, List.of(new Problem(0, 0, "", message)));
  }
}
