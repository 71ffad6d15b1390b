package dev.ballast.locks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A claim as etcd has it.
 *
 * @param revision at which it was made: its place and token
 * @param changed the revision at which its note was written last
 */
record EtcdClaim(String name, LeaseId lease, long revision, long changed, Mode mode, String note) {

  static String value(Mode mode, String note) {
    return mode.text() + "\n" + note;
  }

  /** The claims of a range's answer, in its order. Keys that are none of ours are passed over. */
  static List<EtcdClaim> all(JsonNode range, EtcdKeys keys) {
    var claims = new ArrayList<EtcdClaim>();
    for (JsonNode pair : range.path("kvs")) {
      var claim = of(pair, keys);
      if (claim != null) {
        claims.add(claim);
      }
    }
    return claims;
  }

  private static @Nullable EtcdClaim of(JsonNode pair, EtcdKeys keys) {
    var key = keys.parse(bytes(pair.path("key")));
    String value = text(pair.path("value"));
    int newline = value.indexOf('\n');
    if (key == null || key.name() == null || newline < 0) {
      return null;
    }
    return new EtcdClaim(
        key.name(),
        key.lease(),
        number(pair.path("create_revision")),
        number(pair.path("mod_revision")),
        Mode.parse(value.substring(0, newline)),
        value.substring(newline + 1));
  }

  static List<Mode> modes(List<EtcdClaim> claims) {
    return claims.stream().map(EtcdClaim::mode).toList();
  }

  static byte[] bytes(JsonNode base64) {
    return base64.isMissingNode() ? new byte[0] : Base64.getDecoder().decode(base64.asString());
  }

  static String text(JsonNode base64) {
    return new String(bytes(base64), StandardCharsets.UTF_8);
  }

  /** The gateway writes 64-bit numbers as text, and leaves out 0. */
  static long number(JsonNode number) {
    return number.isMissingNode() ? 0 : Long.parseLong(number.asString());
  }
}
