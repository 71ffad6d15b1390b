package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.AdminState;
import dev.ballast.model.Algorithm;
import dev.ballast.model.HeaderEdits;
import dev.ballast.model.Pool;
import dev.ballast.model.Rewrite;
import dev.ballast.model.Route;
import dev.ballast.model.RouteAction;
import dev.ballast.model.RouteMatch;
import dev.ballast.model.Sticky;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP as curl and the JDK's client speak it, with an application behind that is somebody else's server. */
class RealClientsTest {
  private static final Authority CA = Authority.named("Clients CA");
  private static final int LARGE = 8 << 20;
  private static final long SMALL = 1 << 20;

  /** How long curl waits to be told to go on, in seconds: it would send the body unasked after one of its own accord. */
  private static final String WAITING_LONG = "20";

  private final Proxy proxy = Proxy.start();
  private final int tlsPort = Proxy.freePort();
  private final Application application = Application.start();
  private final HttpClient jdk =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .sslContext(CA.client())
          .followRedirects(HttpClient.Redirect.NORMAL)
          .cookieHandler(new CookieManager())
          .build();
  private final byte[] large = new byte[LARGE];

  @TempDir private Path directory;

  @BeforeEach
  void configure() throws IOException {
    new Random(1).nextBytes(large);
    Files.write(directory.resolve("large"), large);
    proxy.use(
        new Configuration()
            .put(CA.issue("localhost", "127.0.0.1").resource("a"))
            .httpBalancer("web", proxy.port(), List.of("*"), routes())
            .httpsBalancer(
                "secure", tlsPort, List.of("*"), Configuration.tls("a"), Configuration.route("web"))
            .pool("web")
            .backend("web", "b1", application.address(), AdminState.ENABLED));
  }

  @AfterEach
  void stop() {
    jdk.close();
    proxy.close();
    application.close();
  }

  private Route[] routes() {
    return new Route[] {
      new Route(
          prefix("/secure"),
          new RouteAction.Redirect(
              308,
              Optional.of("https"),
              Optional.empty(),
              Optional.of(tlsPort),
              Optional.empty(),
              Optional.empty())),
      new Route(
          Optional.empty(),
          prefix("/small"),
          new RouteAction.ToPool("web"),
          Rewrite.NONE,
          HeaderEdits.NONE,
          HeaderEdits.NONE,
          Optional.of(SMALL)),
      Configuration.route("web")
    };
  }

  private static RouteMatch prefix(String prefix) {
    return new RouteMatch(Optional.empty(), Optional.empty(), Optional.of(prefix));
  }

  private String url(String path) {
    return "http://127.0.0.1:" + proxy.port() + path;
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  private String curl(String... options) {
    var command = new ArrayList<>(List.of("curl", "-s", "--cacert", CA.file(directory).toString()));
    command.addAll(List.of(options));
    return Tool.run(command);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url(path)));
  }

  private HttpResponse<String> ask(HttpRequest.Builder request) throws Exception {
    return jdk.send(request.build(), BodyHandlers.ofString());
  }

  private String sha256() throws IOException {
    return Application.sha256(new ByteArrayInputStream(large));
  }

  @Test
  void shouldLetCurlSendALargeBodyOnceItIsToldTo() throws IOException {
    String said =
        curl("-v", "--expect100-timeout", WAITING_LONG, "-T", file("large"), url("/upload"));

    assertThat(said)
        .containsSubsequence("> Expect: 100-continue", "< HTTP/1.1 100 Continue", "200 OK")
        .doesNotContain("Done waiting for 100-continue")
        .contains(sha256());
  }

  @Test
  void shouldSpareCurlABodyThatIsTooLarge() {
    String said =
        curl(
            "-o",
            file("answer"),
            "-w",
            "%{http_code}, %{size_upload} bytes sent",
            "--expect100-timeout",
            WAITING_LONG,
            "-T",
            file("large"),
            url("/small/upload"));

    assertThat(said).isEqualTo("413, 0 bytes sent");
    assertThat(application.requests()).isEmpty();
  }

  @Test
  void shouldLetTheJdkSendALargeBodyOnceItIsToldTo() throws Exception {
    var put = request("/upload").PUT(BodyPublishers.ofByteArray(large)).expectContinue(true);

    assertThat(ask(put).body()).isEqualTo(sha256());
  }

  @Test
  void shouldSpareTheJdkABodyThatIsTooLarge() throws Exception {
    var put = request("/small/upload").PUT(BodyPublishers.ofByteArray(large)).expectContinue(true);

    assertThat(ask(put).statusCode()).isEqualTo(413);
    assertThat(application.requests()).isEmpty();
  }

  @Test
  void shouldAnswerCurlsHeadWithTheHeadAloneAndGoOn() {
    String said = curl("-v", "-I", url("/page"), "--next", "-s", "-v", url("/page"));

    assertThat(said)
        .containsSubsequence(
            "> HEAD /page", "Content-Length: 6", "Re-using existing connection", "> GET /page")
        .contains("a page");
    assertThat(application.requests()).containsExactly("HEAD /page", "GET /page");
  }

  @Test
  void shouldAnswerTheJdksHeadWithTheHeadAloneAndGoOn() throws Exception {
    HttpResponse<String> head = ask(request("/page").HEAD());

    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValueAsLong("Content-Length")).isEqualTo(OptionalLong.of(6));
    assertThat(ask(request("/page")).body()).isEqualTo("a page");
    assertThat(connections()).isEqualTo(1);
  }

  /** Accepted so far. */
  private double connections() {
    return proxy.metric("ballast_proxy_connections_accepted_total");
  }

  @Test
  void shouldGiveCurlAnswersWithoutABodyOverOneConnection() {
    String each = "%{http_code} %{num_connects}\n";
    curl("--etag-save", file("tag"), "-o", file("page"), url("/page"));

    assertThat(
            curl(
                "-w",
                each,
                url("/empty"),
                "--next",
                "-s",
                "-w",
                each,
                "--etag-compare",
                file("tag"),
                url("/page"),
                "--next",
                "-s",
                "-w",
                " " + each,
                url("/page")))
        .isEqualTo("204 1\n304 0\na page 200 0\n");
  }

  @Test
  void shouldGiveTheJdkAnswersWithoutABodyOverOneConnection() throws Exception {
    HttpResponse<String> page = ask(request("/page"));
    String tag = page.headers().firstValue("ETag").orElseThrow();

    assertThat(ask(request("/empty")).statusCode()).isEqualTo(204);
    assertThat(ask(request("/page").header("If-None-Match", tag)).statusCode()).isEqualTo(304);
    assertThat(ask(request("/page")).body()).isEqualTo("a page");
    assertThat(connections()).isEqualTo(1);
  }

  @Test
  void shouldSendCurlFromHttpToHttpsWithItsBody() throws IOException {
    String over =
        curl(
            "-L",
            "-w",
            " %{http_code} %{num_redirects} %{scheme} %{ssl_verify_result}",
            "-T",
            file("large"),
            url("/secure/upload"));

    assertThat(over).isEqualToIgnoringCase(sha256() + " 200 1 https 0");
    assertThat(application.requests()).containsExactly("PUT /secure/upload");
  }

  @Test
  void shouldSendTheJdkFromHttpToHttpsWithItsBody() throws Exception {
    HttpResponse<String> answer =
        ask(request("/secure/upload").PUT(BodyPublishers.ofByteArray(large)));

    assertThat(answer.body()).isEqualTo(sha256());
    assertThat(answer.uri())
        .isEqualTo(URI.create("https://127.0.0.1:" + tlsPort + "/secure/upload"));
    assertThat(answer.previousResponse().orElseThrow().statusCode()).isEqualTo(308);
  }

  private List<TestBackend> serveSticky() {
    List<TestBackend> backends = TestBackend.named(4);
    proxy.use(
        Configuration.http(proxy.port(), backends.toArray(TestBackend[]::new))
            .put(
                new Pool(
                        "web",
                        new Algorithm.RoundRobin(),
                        Optional.empty(),
                        Configuration.BRISK,
                        50)
                    .with(new Sticky.Cookie("ballast", "/", Duration.ZERO, false))));
    return backends;
  }

  @Test
  void shouldKnowCurlAgainByItsCookieJar() {
    List<TestBackend> backends = serveSticky();
    String first = curl("-c", file("jar"), "-b", file("jar"), url("/"));

    assertThat(first).startsWith("b");
    for (int i = 0; i < 6; i++) {
      assertThat(curl("-c", file("jar"), "-b", file("jar"), url("/"))).isEqualTo(first);
    }
    // Each event loop takes turns for itself, so two requests in a row may well meet at one
    // backend, but not four.
    Stream<String> without = Stream.generate(() -> curl(url("/"))).limit(4);
    assertThat(without.distinct().count()).as("without it").isGreaterThan(1);
    backends.forEach(TestBackend::close);
  }

  @Test
  void shouldKnowTheJdkAgainByItsCookies() throws Exception {
    List<TestBackend> backends = serveSticky();
    String first = ask(request("/")).body();

    for (int i = 0; i < 6; i++) {
      assertThat(ask(request("/")).body()).isEqualTo(first);
    }
    var cookies = (CookieManager) jdk.cookieHandler().orElseThrow();
    assertThat(cookies.getCookieStore().getCookies())
        .extracting(java.net.HttpCookie::getName)
        .containsExactly("ballast");
    backends.forEach(TestBackend::close);
  }
}
