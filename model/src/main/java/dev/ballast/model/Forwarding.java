package dev.ballast.model;

import java.util.List;
import java.util.Set;

/**
 * What backends are told of the client.
 *
 * @param trust whose X-Forwarded-* and Forwarded fields are believed and continued; everybody else's are replaced
 * @param style which fields are written
 * @param requestIdField the field that carries a request's id: kept from those trusted, else made here; empty: none
 */
public record Forwarding(List<AddressBlock> trust, Style style, String requestIdField) {
  public static final int TRUST_LIMIT = 256;
  public static final String DEFAULT_REQUEST_ID_FIELD = "x-request-id";

  /** Which fields are written. */
  public enum Style {
    X_FORWARDED,
    /** RFC 7239. */
    FORWARDED,
    BOTH,
    NONE
  }

  private static final Set<String> FIELDS =
      Set.of(
          "x-forwarded-for",
          "x-forwarded-proto",
          "x-forwarded-host",
          "x-forwarded-port",
          "forwarded");

  private static final Forwarding DEFAULTS =
      new Forwarding(List.of(), Style.X_FORWARDED, DEFAULT_REQUEST_ID_FIELD);

  public Forwarding {
    trust = List.copyOf(trust);
  }

  /** Whether the field of this name, in lower case, is written by the LB server, or left out since it would be incomplete. */
  boolean writes(String name) {
    return name.equals(requestIdField) || (style != Style.NONE && FIELDS.contains(name));
  }

  public static Forwarding defaults() {
    return DEFAULTS;
  }
}
