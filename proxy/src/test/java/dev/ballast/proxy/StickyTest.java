package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.balancing.Balancer;
import dev.ballast.model.AdminState;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Pool;
import dev.ballast.model.Sticky;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that stay with a backend as long as it may be picked. */
class StickyTest {
  private static final Sticky.Cookie COOKIE =
      new Sticky.Cookie("ballast", "/", Duration.ZERO, false);
  private static final List<String> NAMES = IntStream.range(0, 500).mapToObj(i -> "b" + i).toList();

  private final Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
  }

  private static byte[] key(int seed) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) seed);
    return key;
  }

  private static StickyPlan plan(Sticky how, int... keys) {
    return plan(how, new StickyTokens("web"), NAMES, keys);
  }

  private static StickyPlan plan(Sticky how, StickyTokens tokens, List<String> names, int... keys) {
    List<byte[]> all = Arrays.stream(keys).mapToObj(StickyTest::key).toList();
    return StickyPlan.of(how, tokens.of(names, all, names.size()), keys.length);
  }

  private static String line(StickyPlan plan, int index) {
    ByteBuf out = Unpooled.buffer();
    plan.write(index, out);
    assertThat(out.readableBytes()).isEqualTo(plan.length());
    return out.toString(StandardCharsets.US_ASCII);
  }

  private static String token(StickyPlan plan, int index) {
    String line = line(plan, index);
    return line.substring(line.indexOf('=') + 1, line.indexOf(';'));
  }

  private static int find(StickyPlan plan, String fieldLine) {
    var head = new RequestHead(Limits.defaults());
    byte[] bytes =
        HttpText.head("GET / HTTP/1.1", "Host: a.test", fieldLine)
            .getBytes(StandardCharsets.ISO_8859_1);
    assertThat(head.read(Unpooled.wrappedBuffer(bytes), bytes.length)).isNull();
    return plan.find(head);
  }

  @Test
  void shouldFindEachBackendByWhatItToldTheClient() {
    StickyPlan plan = plan(COOKIE, 1);

    for (int i = 0; i < NAMES.size(); i++) {
      assertThat(find(plan, "Cookie: a=b; ballast=" + token(plan, i) + "; c=d")).isEqualTo(i);
    }
  }

  @Test
  void shouldSayNothingOfTheBackend() {
    assertThat(line(plan(COOKIE, 1), 7))
        .matches("Set-Cookie: ballast=[A-Za-z0-9_-]{22}; Path=/; HttpOnly; SameSite=Lax\r\n");
    assertThat(line(plan(new Sticky.Cookie("s", "/x", Duration.ofHours(1), true), 1), 7))
        .matches(
            "Set-Cookie: s=\\S{22}; Path=/x; Max-Age=3600; HttpOnly; SameSite=Lax; Secure\r\n");
  }

  @Test
  void shouldUnderstandTheKeyBeforeAndNoOther() {
    StickyPlan before = plan(COOKIE, 1);
    StickyPlan now = plan(COOKIE, 2, 1);

    int found = find(now, "Cookie: ballast=" + token(before, 42));
    assertThat(now.index(found)).isEqualTo(42);
    assertThat(now.isCurrent(found)).isFalse();
    assertThat(now.isCurrent(find(now, "Cookie: ballast=" + token(now, 42)))).isTrue();
    assertThat(find(now, "Cookie: ballast=" + token(plan(COOKIE, 3), 42))).isEqualTo(Balancer.NONE);
  }

  @Test
  void shouldKeepTokensFromPlanToPlanAsLongAsTheKeysStay() {
    var tokens = new StickyTokens("web");
    List<long[]> first = tokens.of(NAMES, List.of(key(1)), NAMES.size());
    List<long[]> of250 = tokens.of(NAMES.subList(250, 500), List.of(key(1)), NAMES.size());
    List<long[]> ofAll = tokens.of(NAMES, List.of(key(1)), NAMES.size());
    for (int i = 0; i < NAMES.size(); i++) {
      assertThat(ofAll.get(i)).isSameAs(first.get(i));
      assertThat(i < 250 ? ofAll.get(i) : of250.get(i - 250)).isSameAs(first.get(i));
    }

    StickyPlan rotated = plan(COOKIE, tokens, NAMES, 2, 1);
    assertThat(line(rotated, 42)).isEqualTo(line(plan(COOKIE, 2), 42));
    assertThat(find(rotated, "Cookie: ballast=" + token(plan(COOKIE, 1), 42))).isNotNegative();
  }

  @Test
  void shouldForgetTheTokensOfBackendsThatHaveGone() {
    var tokens = new StickyTokens("web");
    List<long[]> first = tokens.of(NAMES, List.of(key(1)), NAMES.size());
    tokens.of(NAMES.subList(0, 10), List.of(key(1)), 10);
    List<long[]> now = tokens.of(NAMES, List.of(key(1)), NAMES.size());

    assertThat(now.get(9)).isSameAs(first.get(9));
    assertThat(now.get(10)).isEqualTo(first.get(10)).isNotSameAs(first.get(10));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Cookie: ",
        "Cookie: ballast",
        "Cookie: ballast=",
        "Cookie: ballast=AAAAAAAAAAAAAAAAAAAAAA",
        "Cookie: ballast=!!!!!!!!!!!!!!!!!!!!!!",
        "Cookie: ballast=AAAAAAAAAAAAAAAAAAAAAAA; ;;;",
        "Cookie: ballas=x; ballastt=y; =; ; a"
      })
  void shouldTakeNoNoiseForAToken(String fieldLine) {
    assertThat(find(plan(COOKIE, 1), fieldLine)).isEqualTo(Balancer.NONE);
  }

  private Configuration configuration(Sticky how, List<TestBackend> backends) {
    var configuration = Configuration.http(proxy.port(), backends.toArray(TestBackend[]::new));
    return configuration.put(
        new Pool("web", new Algorithm.RoundRobin(), Optional.empty(), Configuration.BRISK, 50)
            .with(how));
  }

  private static String ask(RawClient client, String fieldLine) {
    return client
        .send("GET / HTTP/1.1\r\nHost: any.test\r\n" + fieldLine + "\r\n\r\n")
        .read()
        .head();
  }

  private static String cookie(String head) {
    String told = HttpText.field(head, "Set-Cookie");
    return told == null ? null : "Cookie: x=y; " + told.substring(0, told.indexOf(';'));
  }

  @Test
  void shouldStayWithTheBackendUntilThatMayNotBePicked() {
    List<TestBackend> backends = TestBackend.named(4);
    Configuration configuration = configuration(COOKIE, backends);
    proxy.use(configuration);
    try (var client = proxy.client()) {
      String first = ask(client, "X-A: b");
      String cookie = cookie(first);
      String name = HttpText.field(first, "X-Backend");
      for (int i = 0; i < 20; i++) {
        String head = ask(client, cookie);
        assertThat(HttpText.field(head, "X-Backend")).isEqualTo(name);
        assertThat(HttpText.field(head, "Set-Cookie")).as("it knows already").isNull();
      }
      String address = backends.get(name.charAt(1) - '1').address();
      proxy.use(configuration.backend("web", name, address, AdminState.DRAINING));

      String moved = ask(client, cookie);

      assertThat(HttpText.field(moved, "X-Backend")).isNotEqualTo(name);
      assertThat(cookie(moved)).isNotNull().isNotEqualTo(cookie);
      assertThat(HttpText.field(ask(client, cookie(moved)), "X-Backend"))
          .isEqualTo(HttpText.field(moved, "X-Backend"));
    } finally {
      backends.forEach(TestBackend::close);
    }
  }

  @Test
  void shouldTellAnotherBackendWhenTheOldOneDoesNotAnswer() {
    List<TestBackend> backends = TestBackend.named(3);
    proxy.use(configuration(COOKIE, backends));
    try (var client = proxy.client()) {
      String first = ask(client, "X-A: b");
      String name = HttpText.field(first, "X-Backend");
      backends.get(name.charAt(1) - '1').close();

      String moved = ask(client, cookie(first));

      assertThat(HttpText.field(moved, "X-Backend")).isNotEqualTo(name);
      assertThat(cookie(moved)).isNotNull().isNotEqualTo(cookie(first));
    } finally {
      backends.forEach(TestBackend::close);
    }
  }

  @Test
  void shouldStayByAHeaderAlike() {
    List<TestBackend> backends = TestBackend.named(4);
    proxy.use(configuration(new Sticky.Header("X-Session"), backends));
    try (var client = proxy.client()) {
      String first = ask(client, "X-A: b");
      String session = "x-session: " + HttpText.field(first, "X-Session");
      for (int i = 0; i < 8; i++) {
        assertThat(HttpText.field(ask(client, session), "X-Backend"))
            .isEqualTo(HttpText.field(first, "X-Backend"));
      }
    } finally {
      backends.forEach(TestBackend::close);
    }
  }
}
