package dev.ballast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ballast.locks.Election;
import dev.ballast.locks.LockEngine;
import dev.ballast.locks.Locks;
import dev.ballast.locks.LocksSettings;
import dev.ballast.locks.MemoryEngine;
import dev.ballast.locks.MemoryQueue;
import dev.ballast.locks.MessageQueue;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/locks.md, as they stand there. */
class LocksPageTest {
  private static final Path PAGE = Path.of("..", "docs", "locks.md");
  private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern CLASS = Pattern.compile("public final class (\\w+)");

  @TempDir private Path directory;

  private Class<?> compiled(String name) throws IOException, ReflectiveOperationException {
    var code = CODE.matcher(Files.readString(PAGE));
    while (code.find()) {
      var type = CLASS.matcher(code.group(1));
      if (type.find() && type.group(1).equals(name)) {
        Path source = Files.writeString(directory.resolve(name + ".java"), code.group(1));
        int result =
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-d", directory.toString(), source.toString());
        assertThat(result).isZero();
        var loader = new URLClassLoader(new URL[] {directory.toUri().toURL()});
        return loader.loadClass("com.example." + name);
      }
    }
    throw new AssertionError("the page has no class " + name);
  }

  @Test
  void shouldAddUnderALockAndRefuseWhoWasOvertaken()
      throws IOException, ReflectiveOperationException {
    Class<?> type = compiled("Total");
    Object total = type.getConstructor().newInstance();
    var add = type.getMethod("add", String.class, type, long.class);
    add.invoke(null, "memory:", total, 5);
    assertThat(type.getMethod("read").invoke(total)).isEqualTo(5L);
    var write = type.getMethod("write", long.class, long.class);
    write.invoke(total, 34, 6);
    assertThatThrownBy(() -> write.invoke(total, 33, 7))
        .isInstanceOf(InvocationTargetException.class)
        .hasRootCauseMessage("fencing token 33 is older than 34, which was seen before");
    assertThat(type.getMethod("read").invoke(total)).isEqualTo(6L);
  }

  @Test
  void shouldLeadUntilItsElectionIsClosed() throws IOException, ReflectiveOperationException {
    Class<?> type = compiled("Scheduler");
    Object scheduler = type.getConstructor().newInstance();
    var token = type.getMethod("token");
    var settings = LocksSettings.of("me", System::nanoTime, new Random());
    try (var locks = new Locks(new MemoryEngine(System::nanoTime), settings)) {
      var election = (Election) type.getMethod("stand", Locks.class).invoke(scheduler, locks);
      await().until(() -> token.invoke(scheduler).equals(OptionalLong.of(1)));
      election.close();
      assertThat(token.invoke(scheduler)).isEqualTo(OptionalLong.empty());
    }
  }

  @Test
  void shouldNameTheDriversThatAreTestedHere() throws IOException {
    String page = Files.readString(PAGE);
    String pom = Files.readString(Path.of("..", "pom.xml"));
    var drivers =
        Map.of(
            "postgresql", "`org.postgresql:postgresql:",
            "hikaricp", "`com.zaxxer:HikariCP:",
            "jedis", "`redis.clients:jedis:",
            "jackson", "`tools.jackson.core:jackson-databind:");
    drivers.forEach(
        (property, driver) -> {
          var version = Pattern.compile("<" + property + ".version>(.*?)<").matcher(pom);
          assertThat(version.find()).as(property).isTrue();
          assertThat(page).contains(driver + version.group(1) + "`");
        });
  }

  @Test
  void shouldConsumeAQueue()
      throws IOException, ReflectiveOperationException, InterruptedException {
    Class<?> type = compiled("Orders");
    Class<?> shop = type.getClassLoader().loadClass("com.example.Orders$Shop");
    Queue<Object> shipped = new ConcurrentLinkedQueue<>();
    Object ours =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {shop},
            (_, _, arguments) -> {
              shipped.add(arguments[0]);
              return null;
            });
    var queue = new MemoryQueue(System::nanoTime);
    queue.add("customer-1", "first".getBytes(UTF_8));
    queue.add("customer-1", "second".getBytes(UTF_8));
    var end = new CountDownLatch(1);
    var run =
        type.getMethod(
            "run", LockEngine.class, MessageQueue.class, String.class, shop, CountDownLatch.class);
    var worker =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    run.invoke(null, new MemoryEngine(System::nanoTime), queue, "m", ours, end);
                  } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                  }
                });
    await().until(() -> queue.lag().messages() == 0);
    end.countDown();
    worker.join();
    assertThat(shipped).containsExactly("first", "second");
  }
}
