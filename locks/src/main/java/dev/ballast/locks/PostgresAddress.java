package dev.ballast.locks;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL as people write it: {@code postgres://USER:PASSWORD@HOST[:PORT]/DATABASE[?sslmode=…]}, the same with {@code
 * postgresql://}, or the driver's own {@code jdbc:postgresql://HOST[:PORT]/DATABASE?user=…&password=…}. Several hosts are
 * separated by commas. In all forms special characters in parts are percent-encoded.
 *
 * @param place what stands before the question mark, without user and password
 * @param parameters decoded; those of the driver, and for queues ours
 */
record PostgresAddress(String place, Map<String, String> parameters) {
  private static final Pattern URL =
      Pattern.compile(
          "(?:jdbc:)?postgres(?:ql)?://(?:(?<user>[^:@/?]*)(?::(?<password>[^@/?]*))?@)?(?<hosts>[^/?@]+)/"
              + "(?<path>[^?@]+)(?:\\?(?<parameters>.*))?");

  PostgresAddress {
    parameters = Map.copyOf(parameters);
  }

  /**
   * Reads a URL.
   *
   * @throws IllegalArgumentException when it is none; the message doesn't repeat it, as it may hold a password
   */
  static PostgresAddress of(String url) {
    var parts = URL.matcher(url);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "the URL is not postgresql://USER:PASSWORD@HOST:PORT/DATABASE; special characters in the password are"
              + " percent-encoded");
    }
    for (String host : parts.group("hosts").split(",", -1)) {
      checkPort(host);
    }
    var parameters = new LinkedHashMap<String, String>();
    put(parameters, "user", parts.group("user"));
    put(parameters, "password", parts.group("password"));
    var query = parts.group("parameters");
    if (query != null) {
      for (String parameter : query.split("&", -1)) {
        int equals = parameter.indexOf('=');
        if (equals > 0) {
          put(parameters, parameter.substring(0, equals), parameter.substring(equals + 1));
        }
      }
    }
    return new PostgresAddress(
        "postgresql://" + parts.group("hosts") + "/" + parts.group("path"), parameters);
  }

  /** The driver would repeat the whole URL where a port is none. What stands there may be part of a password. */
  private static void checkPort(String host) {
    int colon = host.indexOf(':', host.lastIndexOf(']') + 1);
    String port = colon < 0 ? "5432" : host.substring(colon + 1);
    if (!port.matches("[0-9]{1,5}")
        || Integer.parseInt(port) < 1
        || Integer.parseInt(port) > 65_535) {
      throw new IllegalArgumentException(
          "a port in the URL is no number of 1 to 65535; special characters in the password are percent-encoded");
    }
  }

  private static void put(
      Map<String, String> parameters, String name, @Nullable String encodedValue) {
    if (encodedValue != null) {
      parameters.put(name, decoded(encodedValue));
    }
  }

  /** A part of a URL without its percent-encoding; a plus sign is one. */
  static String decoded(String encoded) {
    try {
      return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      // Its message repeats what it can't read.
      throw new IllegalArgumentException(
          "a percent sign in the URL is not followed by two hexadecimal digits; write it as %25");
    }
  }

  /** The parameter's value, or {@code otherwise} where there is none. */
  String parameter(String name, String otherwise) {
    return parameters.getOrDefault(name, otherwise);
  }

  /** The same without some parameters and with another place. */
  PostgresAddress without(String newPlace, Set<String> names) {
    var rest = new LinkedHashMap<>(parameters);
    rest.keySet().removeAll(names);
    return new PostgresAddress(newPlace, rest);
  }

  /** As the driver takes it: with the password, so not for a log. */
  String jdbcUrl() {
    var encoded = new ArrayList<String>();
    parameters.forEach(
        (name, value) ->
            encoded.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8)));
    return "jdbc:" + place + (encoded.isEmpty() ? "" : "?" + String.join("&", encoded));
  }

  /** Host and database, for people. */
  String hostAndDatabase() {
    return place.substring("postgresql://".length());
  }

  @Override
  public String toString() {
    return place;
  }
}
