package dev.ballast.proxy;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters of a request to the admin port; each may stand several times. Immutable. */
record AdminQuery(Map<String, List<String>> parameters) {
  /**
   * Reads it.
   *
   * @param raw as it stands behind the question mark; null for none
   * @throws IllegalArgumentException if an encoding in it is broken
   */
  static AdminQuery of(@Nullable String raw) {
    var parameters = new HashMap<String, List<String>>();
    for (String pair : raw == null ? new String[0] : raw.split("&", -1)) {
      String[] parts = pair.split("=", 2);
      String value = parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
      parameters.computeIfAbsent(parts[0], _ -> new ArrayList<>()).add(value);
    }
    return new AdminQuery(parameters);
  }

  /** The last one of this name, which is the one that counts; null if there is none. */
  @Nullable String last(String name) {
    List<String> values = all(name);
    return values.isEmpty() ? null : values.getLast();
  }

  String last(String name, String otherwise) {
    String value = last(name);
    return value == null ? otherwise : value;
  }

  List<String> all(String name) {
    return parameters.getOrDefault(name, List.of());
  }
}
