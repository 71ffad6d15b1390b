package dev.ballast.controller;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Finds the endpoint of a request. Immutable; patterns are few, so they are tried one after the other. */
final class Router {
  private final List<Route> routes;

  Router(List<Route> routes) {
    this.routes = List.copyOf(routes);
  }

  /** What answers a request. */
  interface Endpoint {
    Reply answer(Call call) throws Exception;
  }

  /**
   * An endpoint with its place.
   *
   * @param pattern {@code /v1/pools/{}}: each {@code {}} stands for one segment
   * @param isOpen whether it answers without a token
   */
  record Route(String method, String pattern, boolean isOpen, Endpoint endpoint) {
    static Route of(String method, String pattern, Endpoint endpoint) {
      return new Route(method, pattern, false, endpoint);
    }

    static Route open(String pattern, Endpoint endpoint) {
      return new Route("GET", pattern, true, endpoint);
    }

    /** Who watches over a controller may ask by HEAD whether it lives. */
    private boolean takes(String other) {
      return method.equals(other) || (isOpen && other.equals("HEAD"));
    }

    private Optional<List<String>> match(List<String> segments) {
      List<String> expected = segments(pattern);
      if (expected.size() != segments.size()) {
        return Optional.empty();
      }
      var names = new ArrayList<String>();
      for (int index = 0; index < expected.size(); index++) {
        if (expected.get(index).equals("{}")) {
          names.add(segments.get(index));
        } else if (!expected.get(index).equals(segments.get(index))) {
          return Optional.empty();
        }
      }
      return Optional.of(names);
    }
  }

  /** A route with the segments that stand in its pattern's places. */
  record Match(Route route, List<String> names) {}

  /**
   * Finds the route.
   *
   * @throws HttpProblem 404 when no route has the path, 405 when none of these has the method
   */
  Match find(String method, String path) {
    List<String> segments = segments(path);
    var methods = new TreeSet<String>();
    for (Route route : routes) {
      Optional<List<String>> names = route.match(segments);
      if (names.isPresent()) {
        if (route.takes(method)) {
          return new Match(route, names.get());
        }
        methods.add(route.method());
      }
    }
    if (methods.isEmpty()) {
      throw HttpProblem.notFound("there is nothing at " + path);
    }
    throw HttpProblem.of(405, "method-not-allowed", path + " takes " + String.join(", ", methods));
  }

  private static List<String> segments(String path) {
    return Arrays.stream(path.substring(1).split("/", -1)).map(Router::decoded).toList();
  }

  /**
   * A segment without its percent-encoding, which is undone after the path was cut into segments: so a name may have any character
   * in it, the slash included.
   */
  private static String decoded(String segment) {
    if (segment.indexOf('%') < 0) {
      return segment;
    }
    byte[] encoded = segment.getBytes(StandardCharsets.UTF_8);
    var bytes = ByteBuffer.allocate(encoded.length);
    try {
      for (int i = 0; i < encoded.length; i++) {
        if (encoded[i] == '%') {
          bytes.put((byte) (hex(encoded[i + 1]) << 4 | hex(encoded[i + 2])));
          i += 2;
        } else {
          bytes.put(encoded[i]);
        }
      }
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (IllegalArgumentException | IndexOutOfBoundsException | CharacterCodingException _) {
      throw HttpProblem.of(
          400, "bad-request", segment + " in the path is not percent-encoded UTF-8");
    }
  }

  private static int hex(byte digit) {
    return HexFormat.fromHexDigit(digit);
  }
}
