package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BackendServerTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final int MEGABYTE = 1 << 20;
  private static final int CLIENT_SENDS_BEFORE_IT_READS = 1 << 18;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private BackendServer backend;

  @BeforeEach
  void start() {
    backend = started(0);
  }

  private static BackendServer started(int httpPort) {
    var random = new Random(42);
    return BackendServer.start(
        new BackendSettings("b1", LOOPBACK, httpPort, OptionalInt.of(0), OptionalInt.of(0), 1),
        BackendFaults.NONE,
        () -> random);
  }

  @AfterEach
  void stop() {
    http.close();
    backend.close();
  }

  @Test
  void shouldSayWhoAnswers() {
    HttpResponse<String> answer = get("/");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("X-Backend")).contains("b1");
    assertThat(answer.body()).isEqualTo("b1\n");
  }

  @Test
  void shouldSendABodyOfKnownLengthBack() {
    HttpResponse<String> answer = post("/", BodyPublishers.ofString("hello"));
    assertThat(answer.body()).isEqualTo("hello");
    assertThat(answer.headers().firstValue("Content-Length")).contains("5");
    assertThat(answer.headers().firstValue("X-Backend")).contains("b1");
  }

  @Test
  void shouldSendAChunkedBodyBack() {
    byte[] body = new byte[CLIENT_SENDS_BEFORE_IT_READS];
    new Random(1).nextBytes(body);
    HttpResponse<byte[]> answer =
        send(
            request("/upload")
                .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArrays(List.of(body)))),
            BodyHandlers.ofByteArray());
    assertThat(answer.headers().firstValue("Transfer-Encoding")).contains("chunked");
    assertThat(Arrays.equals(answer.body(), body)).isTrue();
  }

  @Test
  void shouldAnswerRequestsThatWereSentAtOnceInOrder() throws IOException {
    try (var socket = new Socket(LOOPBACK, httpPort())) {
      socket
          .getOutputStream()
          .write(
              """
              GET /bytes/3 HTTP/1.1\r
              Host: t\r
              \r
              GET /healthz HTTP/1.1\r
              Host: t\r
              Connection: close\r
              \r
              """
                  .getBytes(StandardCharsets.US_ASCII));
      String answers =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(3);
      assertThat(answers).contains("\0\0\0HTTP/1.1 200 OK").endsWith("ok\n");
    }
  }

  @Test
  void shouldShowTheHeadersThatArrived() {
    HttpResponse<String> answer =
        send(request("/headers").header("X-Forwarded-For", "10.1.2.3").GET());
    assertThat(answer.body()).contains("X-Forwarded-For: 10.1.2.3\n");
  }

  @Test
  void shouldRefuseToSendTooMuch() {
    assertThat(get("/bytes/1048577").statusCode()).isEqualTo(400);
    assertThat(get("/bytes/x").statusCode()).isEqualTo(400);
    assertThat(get("/bytes/1048576").body()).hasSize(MEGABYTE);
  }

  @Test
  void shouldFailTheShareOfRequestsItIsToldTo() {
    post("/faults?errors=0.5", BodyPublishers.noBody());
    long failed = IntStream.range(0, 400).filter(_ -> get("/").statusCode() == 503).count();
    assertThat(failed).isBetween(150L, 250L);
    assertThat(send(request("/faults").DELETE()).body())
        .isEqualTo("delay=0ms errors=0.0 resets=0.0 healthy=true\n");
    assertThat(get("/").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldCutConnectionsOffWhenItIsToldTo() {
    post("/faults?resets=1", BodyPublishers.noBody());
    assertThatThrownBy(() -> get("/")).isInstanceOf(IOException.class);
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
    assertThatThrownBy(
            () -> {
              try (var socket = new Socket(LOOPBACK, tcpPort())) {
                socket.getInputStream().read();
              }
            })
        .isInstanceOf(SocketException.class);
  }

  @Test
  void shouldDelayAnswersButNotItsManagement() {
    post("/faults?delay=300ms", BodyPublishers.noBody());
    Instant before = Instant.now();
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
    assertThat(post("/", BodyPublishers.ofString("slow")).body()).isEqualTo("slow");
    assertThat(Duration.between(before, Instant.now())).isGreaterThan(Duration.ofMillis(290));
  }

  @Test
  void shouldTurnUnhealthyWhenItIsToldTo() {
    post("/faults?healthy=false", BodyPublishers.noBody());
    assertThat(get("/healthz").statusCode()).isEqualTo(503);
    assertThat(get("/").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldRefuseAFaultThatItDoesNotKnow() {
    HttpResponse<String> answer = post("/faults?dellay=1s", BodyPublishers.noBody());
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body())
        .isEqualTo("unknown fault \"dellay\": delay, errors, resets or healthy\n");
    assertThat(post("/faults?errors=2", BodyPublishers.noBody()).statusCode()).isEqualTo(400);
  }

  @Test
  void shouldEchoTcpAndEndItsSideLast() throws IOException, InterruptedException {
    byte[] sent = new byte[16 * MEGABYTE];
    new Random(2).nextBytes(sent);
    try (var socket = new Socket(LOOPBACK, tcpPort())) {
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      socket.getOutputStream().write(sent);
                      socket.shutdownOutput();
                    } catch (IOException failure) {
                      throw new java.io.UncheckedIOException(failure);
                    }
                  });
      byte[] received = socket.getInputStream().readAllBytes();
      writer.join();
      assertThat(Arrays.equals(received, sent)).isTrue();
    }
  }

  @Test
  void shouldEchoDatagrams() throws IOException {
    byte[] data = "ping".getBytes(StandardCharsets.US_ASCII);
    try (var socket = new DatagramSocket()) {
      socket.setSoTimeout(5_000);
      socket.send(new DatagramPacket(data, data.length, LOOPBACK, backend.ports().get(2)));
      var answer = new DatagramPacket(new byte[16], 16);
      socket.receive(answer);
      assertThat(Arrays.copyOf(answer.getData(), answer.getLength())).isEqualTo(data);
    }
  }

  @Test
  void shouldSayWhichPortItCannotBind() {
    assertThatThrownBy(() -> started(httpPort()))
        .isInstanceOf(CommandFailed.class)
        .hasMessageContaining("cannot listen on TCP port " + httpPort() + " of 127.0.0.1");
  }

  private int httpPort() {
    return backend.ports().getFirst();
  }

  private int tcpPort() {
    return backend.ports().get(1);
  }

  private HttpResponse<String> get(String path) {
    return send(request(path).GET());
  }

  private HttpResponse<String> post(String path, HttpRequest.BodyPublisher body) {
    return send(request(path).POST(body));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort() + path));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    return send(request, BodyHandlers.ofString());
  }

  private <T> HttpResponse<T> send(
      HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler) {
    try {
      return http.send(request.timeout(Duration.ofSeconds(20)).build(), handler);
    } catch (IOException failure) {
      throw sneaky(failure);
    } catch (InterruptedException _) {
      throw new IllegalStateException("interrupted");
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Exception> RuntimeException sneaky(Exception failure) throws E {
    throw (E) failure;
  }
}
