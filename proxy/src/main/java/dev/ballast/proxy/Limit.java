package dev.ballast.proxy;

/** Everything that is bounded, in one table. The names are those of the documentation. */
public enum Limit {
  CLIENT_CONNECTIONS(
      "client-connections",
      50_000,
      "open client connections of an LB server",
      "ballast_proxy_connections_refused_total"),
  CLIENT_CONNECTIONS_PER_ADDRESS(
      "client-connections-per-address",
      10_000,
      "open client connections of one address; of IPv6, of one network of 64 bits",
      "ballast_proxy_connections_refused_by_address_total"),
  ACCEPT_BACKLOG(
      "accept-backlog",
      4_096,
      "connections that wait to be accepted, per listener",
      "TcpExtListenOverflows"),
  PROXY_HEADER_BYTES(
      "proxy-header-bytes",
      2_048,
      "bytes of a PROXY protocol header of version 2, TLVs included; one of version 1 has at most 107",
      "ballast_proxy_exchanges_failed_total{reason=\"proxy-header-too-large\"}"),
  PROXY_HEADER_MILLIS(
      "proxy-header-millis",
      5_000,
      "from accepting a front proxy's connection to the end of its PROXY header",
      "ballast_proxy_exchanges_failed_total{reason=\"proxy-header-timeout\"}"),
  CLIENT_HELLO_BYTES(
      "client-hello-bytes",
      16_384,
      "bytes of a TLS client's first message",
      "ballast_proxy_handshakes_failed_total{reason=\"hello-too-large\"}"),
  HANDSHAKE_MILLIS(
      "handshake-millis",
      10_000,
      "from accepting a TLS connection to the end of its handshake",
      "ballast_proxy_handshakes_failed_total{reason=\"timeout\"}"),
  PENDING_HANDSHAKES(
      "pending-handshakes",
      4_096,
      "TLS handshakes under way of an LB server",
      "ballast_proxy_handshakes_failed_total{reason=\"too-many\"}"),
  REQUEST_LINE_BYTES(
      "request-line-bytes",
      8_192,
      "bytes of a request line",
      "ballast_proxy_requests_refused_total{reason=\"request-line-too-long\"}"),
  FIELD_LINE_BYTES(
      "field-line-bytes",
      16_384,
      "bytes of one field line",
      "ballast_proxy_requests_refused_total{reason=\"field-line-too-long\"}"),
  FIELD_LINES(
      "field-lines",
      128,
      "field lines of a head",
      "ballast_proxy_requests_refused_total{reason=\"too-many-fields\"}"),
  HEAD_BYTES(
      "head-bytes",
      32_768,
      "bytes of a head",
      "ballast_proxy_requests_refused_total{reason=\"head-too-large\"}"),
  CONNECTION_OPTIONS(
      "connection-options",
      16,
      "options in the Connection fields of a head",
      "ballast_proxy_requests_refused_total{reason=\"too-many-connection-options\"}"),
  CHUNK_LINE_BYTES(
      "chunk-line-bytes",
      256,
      "bytes of a chunk's size line with its extensions",
      "ballast_proxy_requests_refused_total{reason=\"chunk-line-too-long\"}"),
  TRAILER_BYTES(
      "trailer-bytes",
      8_192,
      "bytes of a trailer section",
      "ballast_proxy_requests_refused_total{reason=\"trailer-too-large\"}"),
  INTERIM_ANSWERS(
      "interim-answers",
      8,
      "1xx answers before the final one",
      "ballast_proxy_answers_refused_total{reason=\"too-many-interim-answers\"}"),
  AMBIGUOUS_PATH_BYTES(
      "ambiguous-path-bytes",
      2_048,
      "bytes of a path that backends might read in different ways",
      "ballast_proxy_requests_refused_total{reason=\"path-ambiguous\"}"),
  FORWARDED_HOPS(
      "forwarded-hops",
      32,
      "trusted proxies in a row behind which a request's client is looked for",
      "ballast_proxy_forwarded_chains_cut_total"),
  BODY_STEP_BYTES(
      "body-step-bytes",
      4_096,
      "bytes of a request's body that put off its pool's `idle` limit, before an answer has begun",
      "ballast_proxy_exchanges_failed_total{reason=\"client-silent\"}"),
  BUFFERED_BYTES(
      "buffered-bytes",
      131_072,
      "bytes waiting to be written, per connection and direction, before reading stops",
      "ballast_proxy_read_pauses_total"),
  BUFFERS_IN_ALL(
      "buffers-in-all",
      201_326_592,
      "bytes of all buffers, beyond which the connections that hold most are cut off",
      "ballast_proxy_connections_shed_total"),
  PENDING_CONNECTS(
      "pending-connects",
      1_024,
      "connects to backends under way, per event loop",
      "ballast_proxy_exchanges_failed_total{reason=\"too-many-connects\"}"),
  TRIES(
      "tries",
      3,
      "backends tried for one exchange when they refuse the connection",
      "ballast_proxy_retries_total"),
  REPLAY_BYTES(
      "replay-bytes",
      65_536,
      "bytes kept of a request that may go out once more, its head included",
      "ballast_proxy_replays_given_up_total"),
  REPLAY_BUFFERS(
      "replay-buffers",
      64,
      "buffers that hold these bytes",
      "ballast_proxy_replays_given_up_total"),
  SLOWEST_BYTES_PER_SECOND(
      "slowest-bytes-per-second",
      16_384,
      "bytes of a body of known length for which the overall time limit grows by a second",
      "ballast_proxy_exchanges_failed_total{reason=\"overall-timeout\"}"),
  IDLE_UPSTREAMS_PER_BACKEND(
      "idle-upstreams-per-backend",
      64,
      "idle connections kept to one backend, per event loop",
      "ballast_proxy_upstreams_idle, ballast_proxy_upstreams_not_kept_total"),
  IDLE_UPSTREAMS(
      "idle-upstreams",
      16_384,
      "idle connections kept to all backends, per event loop",
      "ballast_proxy_upstreams_idle, ballast_proxy_upstreams_not_kept_total"),
  IDLE_UPSTREAM_MILLIS(
      "idle-upstream-millis",
      30_000,
      "how long an idle connection to a backend is kept",
      "ballast_proxy_upstreams_expired_total"),
  HEAD_MILLIS(
      "head-millis",
      10_000,
      "from the first byte of a request head to its last",
      "ballast_proxy_exchanges_failed_total{reason=\"head-timeout\"}"),
  KEEP_ALIVE_MILLIS(
      "keep-alive-millis",
      60_000,
      "how long a client connection may wait for its next request",
      "ballast_proxy_connections_expired_total"),
  RETIRED_IDLE_MILLIS(
      "retired-idle-millis",
      1_000,
      "how long an idle client connection lives on when the LB server stops",
      "ballast_proxy_connections_expired_total"),
  LINGER_MILLIS(
      "linger-millis",
      2_000,
      "how long what a client still sends after its last answer is read and thrown away",
      "ballast_proxy_lingers_cut_off_total"),
  LINGER_BYTES(
      "linger-bytes",
      1_048_576,
      "how much of what a client still sends after its last answer is read and thrown away",
      "ballast_proxy_lingers_cut_off_total"),
  ACCESS_LOG_LINE_BYTES(
      "access-log-line-bytes",
      16_384,
      "bytes of a line of the access log; what finds no room in it is left out",
      "ballast_proxy_access_log_cut_total"),
  ACCESS_LOG_VALUE_BYTES(
      "access-log-value-bytes",
      1_024,
      "bytes of one value in a line of the access log; the rest is left out",
      "ballast_proxy_access_log_cut_total"),
  ACCESS_LOG_BUFFER_BYTES(
      "access-log-buffer-bytes",
      1_048_576,
      "bytes of the access log that wait to be written, per event loop",
      "ballast_proxy_access_log_dropped_total"),
  MEASURED_ROUTES(
      "measured-routes",
      1_024,
      "routes, each per listener, with numbers of their own in the metrics; the others share one set",
      "ballast_proxy_routes_sharing"),
  NAME_QUERIES("name-queries", 64, "name queries under way", "ballast_proxy_names_waiting"),
  WAITING_REPORTS(
      "waiting-reports",
      64,
      "admin requests that wait for a revision",
      "ballast_proxy_reports_refused_total");

  private final String key;
  private final int defaultValue;
  private final String meaning;
  private final String metric;

  Limit(String key, int defaultValue, String meaning, String metric) {
    this.key = key;
    this.defaultValue = defaultValue;
    this.meaning = meaning;
    this.metric = metric;
  }

  public String key() {
    return key;
  }

  public int defaultValue() {
    return defaultValue;
  }

  /** What is counted, and per what. */
  public String meaning() {
    return meaning;
  }

  /** Where one sees that it was reached. */
  public String metric() {
    return metric;
  }
}
