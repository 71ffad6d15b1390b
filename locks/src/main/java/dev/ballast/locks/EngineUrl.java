package dev.ballast.locks;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code SCHEME://[USER:PASSWORD@]HOST[:PORT][,HOST[:PORT]…][/PATH][?NAME=VALUE[&NAME=VALUE…]]}. User, password and values may
 * be percent-encoded. Its text never shows the password.
 *
 * @param user empty for none
 * @param password null for none
 * @param path without the slash before it; empty for none
 */
record EngineUrl(
    String scheme,
    String user,
    @Nullable String password,
    List<Address> addresses,
    String path,
    Map<String, String> parameters) {
  private static final Pattern FORM =
      Pattern.compile("([a-z]+)://(?:([^@/]*)@)?([^/?@]*)(?:/([^?]*))?(?:\\?(.*))?");

  EngineUrl {
    addresses = List.copyOf(addresses);
    parameters = Map.copyOf(parameters);
  }

  /** A host, or an address without brackets, and its port. */
  record Address(String host, int port) {
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /**
   * @param known the parameters that the engine has
   * @throws IllegalArgumentException if it is no such URL, saying why, without the password
   */
  static EngineUrl parse(String url, int defaultPort, Set<String> known) {
    var matcher = FORM.matcher(url);
    // An '@' elsewhere is most likely one of the password, which must not end up in messages as a
    // part of something else.
    if (!matcher.matches()
        || url.chars().filter(c -> c == '@').count() != (matcher.group(2) == null ? 0 : 1)) {
      throw new IllegalArgumentException(
          "no URL of an engine: want SCHEME://[USER:PASSWORD@]HOST:PORT[/PATH][?NAME=VALUE]; a '/', '?', '@' or ':' within a"
              + " user or password is written as %2F, %3F, %40 or %3A");
    }
    String login = text(matcher.group(2));
    int colon = login.indexOf(':');
    String user = decode(colon < 0 ? login : login.substring(0, colon));
    String password = colon < 0 ? null : decode(login.substring(colon + 1));
    var addresses = new ArrayList<Address>();
    for (String address : matcher.group(3).split(",", -1)) {
      addresses.add(address(address, defaultPort));
    }
    return new EngineUrl(
        matcher.group(1),
        user,
        password,
        addresses,
        decode(text(matcher.group(4))),
        parameters(text(matcher.group(5)), known));
  }

  private static String text(@Nullable String group) {
    return group == null ? "" : group;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static Address address(String text, int defaultPort) {
    int colon = text.lastIndexOf(':');
    boolean hasPort = colon > text.lastIndexOf(']');
    String host = hasPort ? text.substring(0, colon) : text;
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    try {
      int port = hasPort ? Integer.parseInt(text.substring(colon + 1)) : defaultPort;
      if (!host.isEmpty() && port > 0 && port < 65_536) {
        return new Address(host, port);
      }
    } catch (NumberFormatException _) {
      // The message below says what is wanted.
    }
    throw new IllegalArgumentException(
        "no address of an engine: '" + text + "'; want HOST or HOST:PORT");
  }

  private static Map<String, String> parameters(String query, Set<String> known) {
    var parameters = new TreeMap<String, String>();
    for (String part : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      int equals = part.indexOf('=');
      String name = equals < 0 ? part : part.substring(0, equals);
      if (equals < 0 || !known.contains(name)) {
        throw new IllegalArgumentException(
            "no parameter of this engine: '%s'; it has %s"
                .formatted(name, known.stream().sorted().toList()));
      }
      parameters.put(name, decode(part.substring(equals + 1)));
    }
    return parameters;
  }

  /** The first address: all that engines of one node have. */
  Address address() {
    if (addresses.size() != 1) {
      throw new IllegalArgumentException(
          scheme + " takes one address, not " + addresses.size() + ": " + this);
    }
    return addresses.getFirst();
  }

  String parameter(String name, String otherwise) {
    return parameters.getOrDefault(name, otherwise);
  }

  /** A duration like {@code 200ms} or {@code 5s}, 1 ms to 1 day. */
  Duration duration(String name, Duration otherwise) {
    String text = parameters.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      if (text.endsWith("ms")) {
        return checked(Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2))));
      }
      if (text.endsWith("s")) {
        return checked(Duration.ofSeconds(Long.parseLong(text.substring(0, text.length() - 1))));
      }
    } catch (ArithmeticException | IllegalArgumentException _) {
      // The message below says what is wanted.
    }
    throw new IllegalArgumentException(
        "'%s' of an engine is a time of 1ms to 86400s, not '%s'".formatted(name, text));
  }

  private static Duration checked(Duration duration) {
    if (duration.toMillis() < 1 || duration.compareTo(LockEngine.MAX_TTL) > 0) {
      throw new IllegalArgumentException("out of range");
    }
    return duration;
  }

  /** Scheme, addresses and path. */
  @Override
  public String toString() {
    var hosts = addresses.stream().map(Address::toString).toList();
    return scheme + "://" + String.join(",", hosts) + (path.isEmpty() ? "" : "/" + path);
  }
}
