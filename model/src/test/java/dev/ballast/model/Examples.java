package dev.ballast.model;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Documents and states that several tests start from, and random ones. */
final class Examples {
  static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
  static final String EPOCH = "9f3a1c2e";

  static final String WEB =
      """
      kind: LoadBalancer
      name: web
      domain: web.example.test
      listeners:
        - {name: http, port: 8080, protocol: http}
        - {name: cache, port: 6380, protocol: tcp, pool: cache}
      routes:
        - {match: {pathPrefix: /api}, pool: api}
        - {pool: web}
      ---
      kind: Pool
      name: web
      algorithm: {type: weighted-round-robin}
      healthCheck: {type: http, path: /healthz, interval: 1s, timeout: 500ms}
      backends:
        - {name: b1, address: "10.0.0.1:8080", weight: 3, zone: a}
        - {name: b2, address: "b2.internal:8080"}
      ---
      kind: Pool
      name: api
      ---
      kind: Pool
      name: cache
      """;

  private Examples() {}

  static Documents yaml(String text) {
    return Documents.parse(text.getBytes(StandardCharsets.UTF_8), Documents.Format.YAML);
  }

  static Current empty() {
    return new Current(List.of(new Fleet(Fleet.DEFAULT, Scaling.defaults())));
  }

  /** The state after documents were applied to an empty one. */
  static Current after(String text) {
    var resources = new ArrayList<Resource>(yaml(text).resources());
    resources.add(new Fleet(Fleet.DEFAULT, Scaling.defaults()));
    return new Current(resources);
  }

  static Pool pool(String name) {
    return new Pool(
        name,
        new Algorithm.RoundRobin(),
        Optional.empty(),
        Timeouts.defaults(),
        Pool.DEFAULT_PANIC_THRESHOLD_PERCENT);
  }

  static Backend backend(String pool, String id, int weight) {
    return new Backend(
        pool, id, new BackendAddress("10.0.0.1", 80), weight, "", AdminState.ENABLED);
  }

  static LoadBalancer loadBalancer(String name, String fleet, String... pools) {
    var routes = List.of(pools).stream().map(pool -> new Route(RouteMatch.ALL, pool)).toList();
    return new LoadBalancer(
        name, fleet, name + ".test", List.of(name + ".test"), List.of(), routes);
  }

  static Revision revision(long n) {
    return new Revision(EPOCH, n);
  }

  /** A random resource from a small world, so that references often meet and often dangle. */
  static Resource random(RandomGenerator random) {
    String pool = "p" + random.nextInt(4);
    String backend = "b" + random.nextInt(5);
    String fleet = "f" + random.nextInt(2);
    String certificate = "c" + random.nextInt(4);
    return switch (random.nextInt(10)) {
      case 0 -> loadBalancer("lb" + random.nextInt(3), fleet, pool, "p" + random.nextInt(4));
      case 1 -> random.nextBoolean() ? pool(pool) : trusting(pool(pool), certificate);
      case 8 ->
          random.nextBoolean()
              ? new Certificate(certificate, chain(random.nextInt(3)), Optional.empty())
              : new FleetKeys(fleet, sealed(random), rotating(random), rotating(random));
      case 2, 3 -> backend(pool, backend, random.nextInt(10));
      case 4 -> new Fleet(fleet, Scaling.defaults());
      case 5 ->
          new LbServer(
              "s" + random.nextInt(2),
              fleet,
              "i" + random.nextInt(9),
              "127.0.0.1",
              "http://127.0.0.1:1",
              "1",
              NOON);
      case 6 -> backendStatus(random, pool, backend);
      case 7 ->
          new LbServerStatus(
              "s" + random.nextInt(2),
              "i" + random.nextInt(9),
              one(random, List.of(LbServerState.values())),
              "no answer",
              random.nextDouble(),
              NOON);
      default ->
          new AdminOverride(
              random.nextBoolean()
                  ? ItemKey.backend(pool, backend)
                  : new ItemKey(Kind.LB_SERVER, "s1"),
              one(random, List.of(AdminState.values())),
              "ann",
              "why\n",
              NOON,
              random.nextBoolean() ? Optional.empty() : Optional.of(NOON.plusSeconds(5)));
    };
  }

  private static BackendStatus backendStatus(RandomGenerator random, String pool, String backend) {
    var plain =
        new BackendStatus(pool, backend, Verdict.UNKNOWN, "", 0, NOON.minusSeconds(1 << 20));
    var address = new BackendAddress("b" + random.nextInt(9), 80);
    var there = new Backend(pool, backend, address, 1, "", AdminState.ENABLED);
    var status = random.nextBoolean() ? plain : plain.on(there);
    for (int past = random.nextInt(12); past > 0; past--) {
      var verdict = one(random, List.of(Verdict.values()));
      status =
          status.next(verdict, "probe \"x\"", random.nextDouble(), NOON.minusSeconds(1 << past));
    }
    return status;
  }

  static LoadBalancer secured(LoadBalancer loadBalancer, String certificate) {
    var tls = new ListenerTls(List.of(certificate), TlsVersion.TLS_1_2, Optional.empty());
    var listener = new Listener("https", 8443, Protocol.HTTPS, Optional.empty()).withTls(tls);
    return new LoadBalancer(
        loadBalancer.name(),
        loadBalancer.fleet(),
        loadBalancer.domain(),
        loadBalancer.hosts(),
        List.of(listener),
        loadBalancer.routes());
  }

  static Pool trusting(Pool pool, String authority) {
    var tls = new BackendTls(true, Optional.of(authority), Optional.empty(), Optional.empty());
    return pool.with(new Pool.BackendTransport(Optional.of(tls), Optional.empty()));
  }

  /** Of blocks that nobody parses. */
  static CertificateChain chain(int content) {
    return new CertificateChain(new Pem("CERTIFICATE", new byte[] {(byte) content, 1, 2}).text());
  }

  private static Secret.Sealed sealed(RandomGenerator random) {
    String digest = "%064x".formatted(random.nextInt(3));
    return new Secret.Sealed("0123456789abcdef", "AAAAAAAAAAAAAAAA", "AAAA", digest);
  }

  private static FleetKeys.Rotating rotating(RandomGenerator random) {
    return new FleetKeys.Rotating(
        sealed(random),
        random.nextBoolean() ? Optional.empty() : Optional.of(sealed(random)),
        NOON);
  }

  private static <T> T one(RandomGenerator random, List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
