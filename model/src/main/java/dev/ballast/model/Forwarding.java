package dev.ballast.model;

import java.util.List;

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

  private static final Forwarding DEFAULTS =
      new Forwarding(List.of(), Style.X_FORWARDED, DEFAULT_REQUEST_ID_FIELD);

  public Forwarding {
    trust = List.copyOf(trust);
  }

  public static Forwarding defaults() {
    return DEFAULTS;
  }
}
