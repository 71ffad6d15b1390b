package dev.ballast.model;

import java.util.List;

/**
 * What our own answers of these statuses show.
 *
 * @param statuses 400 to 599
 * @param body at most {@value #BODY_LIMIT} bytes of UTF-8; {@code {status}} and {@code {reason}} and {@code {requestId}} stand for the answer's
 */
public record ErrorPage(List<Integer> statuses, String contentType, String body) {
  public static final int LIMIT = 32;
  public static final int STATUS_LIMIT = 200;
  public static final int BODY_LIMIT = 65_536;
  public static final String DEFAULT_CONTENT_TYPE = "text/html; charset=utf-8";

  public ErrorPage {
    statuses = List.copyOf(statuses);
    if (statuses.isEmpty()) {
      throw new IllegalArgumentException("at least one status is needed");
    }
    statuses.forEach(status -> Ranges.require("status", status, 400, 599));
  }
}
