package dev.ballast.configdb;

import dev.ballast.model.AdminOverride;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Certificate;
import dev.ballast.model.Fleet;
import dev.ballast.model.FleetKeys;
import dev.ballast.model.LbServer;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.LoadBalancer;
import dev.ballast.model.Pool;
import dev.ballast.model.Resource;
import dev.ballast.model.Secret;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is said by a resource without being a field of its encoding, in columns of their own. */
final class DerivedColumns {
  static final Map<String, String> OF_CERTIFICATE =
      columns(
          "not_after", "timestamptz", "hosts", "text[]", "key_sha256", "text", "data_key", "text");
  static final Map<String, String> OF_FLEET_KEYS =
      columns("data_key", "text", "cookie_since", "timestamptz", "ticket_since", "timestamptz");

  private DerivedColumns() {}

  private static Map<String, String> columns(String... namesAndTypes) {
    var columns = new LinkedHashMap<String, String>();
    for (int at = 0; at < namesAndTypes.length; at += 2) {
      columns.put(namesAndTypes[at], namesAndTypes[at + 1]);
    }
    return Collections.unmodifiableMap(columns);
  }

  /** The values, in the order of the columns. */
  static List<@Nullable String> of(Resource resource) {
    return switch (resource) {
      case Certificate certificate -> ofCertificate(certificate);
      case FleetKeys keys ->
          List.of(
              keys.hashSeed().dataKey(),
              keys.cookieKeys().since().toString(),
              keys.ticketKeys().since().toString());
      case LoadBalancer _,
          Pool _,
          Backend _,
          Fleet _,
          LbServer _,
          BackendStatus _,
          LbServerStatus _,
          AdminOverride _ ->
          List.of();
    };
  }

  private static List<@Nullable String> ofCertificate(Certificate certificate) {
    var values = new ArrayList<@Nullable String>();
    values.add(certificate.chain().notAfter().toString());
    values.add(arrayLiteral(certificate.chain().hosts()));
    Optional<Secret.Sealed> key = certificate.privateKey().map(DerivedColumns::sealed);
    values.add(key.map(Secret.Sealed::sha256).orElse(null));
    values.add(key.map(Secret.Sealed::dataKey).orElse(null));
    return values;
  }

  /** A clear key in a row would be there for all who read it, and its backups: nothing may have let it come so far. */
  private static Secret.Sealed sealed(Secret key) {
    return switch (key) {
      case Secret.Sealed sealed -> sealed;
      case Secret.Clear _, Secret.Known _ ->
          throw new IllegalStateException("only a sealed key is written");
    };
  }

  private static String arrayLiteral(List<String> texts) {
    return texts.stream()
        .map(text -> '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
        .collect(Collectors.joining(",", "{", "}"));
  }
}
