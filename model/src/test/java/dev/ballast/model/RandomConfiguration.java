package dev.ballast.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Random load balancers and pools that use every key there is, each as it could have been read. */
record RandomConfiguration(RandomGenerator random) {
  private static final List<String> TEXTS =
      List.of("", "a", "b: c", "\"q\" 'r'", "1", "true", "null", "~", "# x", "- y", "a\\b");
  private static final List<String> PATHS = List.of("/", "/a", "/a/b%20c", "/a;v=1");
  private static final List<String> REGEXES = List.of("/(a)(b)", "/u/([0-9]+)(x?)", "(.*)(\\.css)");

  LoadBalancer loadBalancer() {
    return new LoadBalancer(
        "web",
        "default",
        "web.test",
        List.of("web.test", "*.web.test"),
        some(4, this::listener),
        some(5, this::route),
        policy(),
        oneOf(LoadBalancer.DEFAULT_DRAIN_TIMEOUT, Duration.ZERO, Duration.ofDays(7)));
  }

  Pool pool() {
    var resilience =
        new Pool.Resilience(
            new Retries(upTo(5), upTo(100), upTo(10), statuses()),
            oneOf(
                CircuitBreaker.defaults(),
                new CircuitBreaker(1 + upTo(9), 1 + upTo(9), upTo(9), duration())),
            oneOf(
                OutlierEjection.defaults(),
                new OutlierEjection(
                    upTo(9), upTo(100), 2, 7, duration(), duration(), Duration.ofHours(2), 3)),
            oneOf(SlowStart.NONE, new SlowStart(duration(), 1 + upTo(99))));
    var transport =
        new Pool.BackendTransport(
            maybe(this::backendTls), maybe(() -> oneOf(ProxyProtocol.values())));
    var preference = new Preference(1 + upTo(99), upTo(100), upTo(Preference.MOST_SUBSET));
    var plain = Examples.pool("web");
    var checked =
        new Pool(
            "web",
            plain.algorithm(),
            maybe(() -> new RandomHealthCheck(random).healthCheck()),
            plain.timeouts(),
            plain.panicThresholdPercent());
    Pool pool = checked.with(resilience).with(transport).with(preference);
    return maybe(this::sticky).map(pool::with).orElse(pool);
  }

  private List<StatusRange> statuses() {
    return some(
        3,
        () -> {
          int first = 400 + upTo(100);
          return new StatusRange(first, first + upTo(99));
        });
  }

  Backend backend() {
    return new Backend(
        "web",
        "b1",
        new BackendAddress("10.0.0.1", 80),
        upTo(Backend.WEIGHT_LIMIT),
        oneOf("", "a", "eu-1"),
        upTo(Backend.LAST_PRIORITY),
        oneOf(AdminState.values()));
  }

  private Listener listener() {
    Protocol protocol = oneOf(Protocol.values());
    Optional<String> pool =
        switch (protocol) {
          case HTTP, HTTPS -> Optional.empty();
          case TCP, TLS, TLS_PASSTHROUGH -> Optional.of("p" + upTo(3));
        };
    List<AddressBlock> proxied =
        some(2, () -> AddressBlock.parse(oneOf("10.0.0.0/8", "::1", "2001:db8::/32", "1.2.3.4")));
    var listener =
        new Listener("l" + upTo(9), 1 + upTo(65_534), protocol, pool).withProxyProtocol(proxied);
    if (protocol == Protocol.TLS_PASSTHROUGH) {
      return listener.withSni(some(2, () -> new SniRoute(oneOf("*", "a.test", "*.b.test"), "q")));
    }
    return protocol.isTlsEnded() ? listener.withTls(listenerTls()) : listener;
  }

  private ListenerTls listenerTls() {
    return new ListenerTls(
        oneOf(List.of("c"), List.of("c", "d")),
        oneOf(TlsVersion.values()),
        maybe(() -> new ListenerTls.ClientCertificates("ca", random.nextBoolean())));
  }

  private BackendTls backendTls() {
    boolean isVerified = random.nextBoolean();
    return new BackendTls(
        isVerified,
        isVerified ? maybe(() -> "ca") : Optional.empty(),
        maybe(() -> "h.test"),
        maybe(() -> "client"));
  }

  private Sticky sticky() {
    return random.nextBoolean()
        ? new Sticky.Header("x-session")
        : new Sticky.Cookie(oneOf("ballast", "a!b"), oneOf("/", "/a b"), duration(), true);
  }

  private LoadBalancer.HttpPolicy policy() {
    return new LoadBalancer.HttpPolicy(
        oneOf(
            Forwarding.defaults(),
            new Forwarding(
                some(2, () -> AddressBlock.parse("10.0.0.0/" + upTo(32))),
                oneOf(Forwarding.Style.values()),
                oneOf("", "x-id"))),
        some(2, () -> new ErrorPage(List.of(404, 400 + upTo(199)), "text/plain", oneText())),
        maybe(() -> new AccessLog(oneOf("", "%{client} \"%{path}\""), 1 + upTo(9))),
        maybe(this::bytes));
  }

  private Route route() {
    var action = action();
    boolean isToPool = action.pools().findAny().isPresent();
    RouteMatch match = match(action);
    return new Route(
        maybe(() -> "r" + upTo(99)),
        match,
        action,
        isToPool ? rewrite(match) : Rewrite.NONE,
        isToPool ? edits() : HeaderEdits.NONE,
        edits(),
        maybe(this::bytes));
  }

  private RouteMatch match(RouteAction action) {
    boolean needsPrefix =
        action instanceof RouteAction.Redirect redirect && redirect.prefix().isPresent();
    int kind = needsPrefix ? 1 : upTo(3);
    return new RouteMatch(
        maybe(() -> oneOf("a.test", "*.b.test", "*")),
        kind == 0 ? Optional.of(onePath()) : Optional.empty(),
        kind == 1 ? Optional.of(onePath()) : Optional.empty(),
        kind == 2 ? Optional.of(oneOf(REGEXES)) : Optional.empty(),
        oneOf(List.of(), List.of("GET", "PURGE")),
        some(2, () -> condition("x-a", oneOf("", "b", "c: d", "1"))),
        some(2, () -> condition("Q", oneOf("", "b", "%20", "true"))));
  }

  private ValueMatch condition(String name, String value) {
    var how = oneOf(ValueMatch.How.values());
    return switch (how) {
      case EXACT, PREFIX -> new ValueMatch(name, how, value);
      case REGEX -> new ValueMatch(name, how, oneOf(REGEXES));
      case PRESENT, ABSENT -> new ValueMatch(name, how, "");
    };
  }

  private RouteAction action() {
    return switch (upTo(3)) {
      case 0 -> new RouteAction.ToPool("p");
      case 1 ->
          new RouteAction.Split(
              List.of(
                  new RouteAction.WeightedPool("p", 1 + upTo(9)),
                  new RouteAction.WeightedPool("q", upTo(9))));
      case 2 -> redirect();
      default -> new RouteAction.Respond(200 + upTo(3), "text/html", oneText());
    };
  }

  private RouteAction redirect() {
    boolean isWhole = random.nextBoolean();
    return new RouteAction.Redirect(
        oneOf(RouteAction.Redirect.STATUSES),
        maybe(() -> oneOf("http", "https")),
        Optional.of("h.test"),
        maybe(() -> 1 + upTo(65_534)),
        isWhole ? maybe(this::onePath) : Optional.empty(),
        isWhole ? Optional.empty() : maybe(this::onePath));
  }

  private Rewrite rewrite(RouteMatch match) {
    Optional<String> none = Optional.empty();
    boolean isWhole = random.nextBoolean();
    return new Rewrite(
        maybe(() -> oneOf("h.test", "h.test:81")),
        isWhole ? maybe(this::onePath) : none,
        !isWhole && match.pathPrefix().isPresent() ? maybe(this::onePath) : none,
        !isWhole && match.pathRegex().isPresent() ? maybe(() -> "/$2/$1") : none);
  }

  private HeaderEdits edits() {
    List<HeaderEdits.Field> set =
        random.nextBoolean()
            ? List.of()
            : List.of(new HeaderEdits.Field("a", "1"), new HeaderEdits.Field("x-long-name", ""));
    List<HeaderEdits.Field> add =
        random.nextBoolean()
            ? List.of()
            : List.of(
                new HeaderEdits.Field("set-cookie", "z=1"),
                new HeaderEdits.Field("set-cookie", "a=2"),
                new HeaderEdits.Field("x", "true"));
    return new HeaderEdits(set, add, oneOf(List.of(), List.of("y", "b")));
  }

  private Duration duration() {
    return oneOf(Duration.ofMillis(1_500), Duration.ofSeconds(30), Duration.ofMinutes(1));
  }

  private long bytes() {
    return oneOf(0L, 1L, 1_000L, 4_096L, 10L << 20, 1L << 40);
  }

  private String onePath() {
    return oneOf(PATHS);
  }

  private String oneText() {
    return oneOf(TEXTS) + oneOf("", "\n", "ü€😀", "\r\n\t x ");
  }

  private int upTo(int most) {
    return random.nextInt(most + 1);
  }

  @SafeVarargs
  @SuppressWarnings("varargs")
  private <T> T oneOf(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private <T> Optional<T> maybe(Supplier<T> supplier) {
    return random.nextBoolean() ? Optional.of(supplier.get()) : Optional.empty();
  }

  private <T> List<T> some(int most, Supplier<T> supplier) {
    return IntStream.range(0, upTo(most)).mapToObj(index -> supplier.get()).toList();
  }
}
