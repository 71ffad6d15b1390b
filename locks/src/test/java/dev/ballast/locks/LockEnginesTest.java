package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class LockEnginesTest {
  private static LockEngine connect(String url) {
    return LockEngines.connect(url, System::nanoTime, new Random(1));
  }

  @Test
  void shouldFindTheEngineByTheScheme() {
    var kinds =
        Map.of(
            "memory:", MemoryEngine.class,
            "redis://a", RedisEngine.class,
            "rediss://me:secret@a:1/2?prefix=x", RedisEngine.class,
            "redlock://a,b,c", RedlockEngine.class,
            "etcd://a:1,[::1]:2", EtcdEngine.class);
    kinds.forEach(
        (url, kind) -> {
          try (var engine = connect(url)) {
            assertThat(engine).as(url).isInstanceOf(kind);
          }
        });
  }

  @Test
  void shouldSayWhatIsWrongWithAUrlWithoutItsPassword() {
    var wrong =
        Map.ofEntries(
            Map.entry("mysql://me:secret@a", "redis:"),
            Map.entry("secret", "want a URL"),
            Map.entry("redis://me:secret@a:b", "no address"),
            Map.entry("redis://me:secret/2@a", "no URL"),
            Map.entry("redis://me@secret@a", "no URL"),
            Map.entry("redis://me:secret@a,b", "takes one address"),
            Map.entry("redis://me:secret@a/x", "number of a database"),
            Map.entry(
                "redis://me:secret@a?perfix=x", "'perfix'; it has [ca-file, prefix, timeout]"),
            Map.entry("redis://me:secret@a?timeout=1m", "1ms to 86400s"),
            Map.entry("redis://me:secret@a?ca-file=/x", "ca-file is for TLS"),
            Map.entry("rediss://me:secret@a?ca-file=/no/such", "can be read from ca-file"),
            Map.entry("rediss://me:secret@a?ca-file=/dev/null", "has no certificate"),
            Map.entry("redlock://me:secret@a,b", "odd number"),
            Map.entry("etcd://me:secret@", "no address"),
            Map.entry("postgresql://me:secret@db", "postgresql://USER:PASSWORD@HOST"),
            Map.entry("postgresql://me:secret@db:54x2/app", "no number of 1 to 65535"),
            Map.entry("postgres://me:secret@a:1,b:99999/app", "no number of 1 to 65535"),
            Map.entry("postgresql://me:secret/x@db/app", "percent-encoded"),
            Map.entry("postgresql://me:12secret/x@db/app?a=b", "percent-encoded"),
            Map.entry("postgresql://me:12/secret@db/app", "percent-encoded"),
            Map.entry("postgresql://me:%secret@db/app", "write it as %25"),
            Map.entry("jdbc:postgresql://db:x/app?user=me&password=secret", "no number of 1"),
            Map.entry("https://:secret@a b", "a controller's address"),
            Map.entry("https://:secret%zz@a", "a controller's address"),
            Map.entry("https://:secret,more@a", "a controller's address"),
            Map.entry("https://:secret", "a controller's address"),
            Map.entry("https://a,ftp://:secret@a", "a controller's address"));
    wrong.forEach(
        (url, why) ->
            assertThatThrownBy(() -> connect(url))
                .as(url)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("secret"));
  }

  @Test
  void shouldKeepThePasswordOutOfWhatTheDriverSays() {
    var address = PostgresAddress.of("postgresql://me:secret@db:5432/app");
    var failure = new SQLException("no luck with " + address.jdbcUrl() + " or secret");
    assertThat(PostgresFailure.unavailable(address, failure))
        .hasMessageContaining("no luck with")
        .hasMessageNotContaining("secret");
  }

  @Test
  void shouldTakeTheTokenOutOfTheAddressesOfControllers() {
    var settings =
        HttpEngineSettings.parse("https://:a%2Fb+c/d@h:1,http://:other@[::1]:2,http://i");
    assertThat(settings.token()).isEqualTo("a/b+c/d");
    assertThat(settings.controllers()).hasToString("[https://h:1, http://[::1]:2, http://i]");
    assertThat(HttpEngineSettings.parse("http://h").token()).isEmpty();
  }

  @Test
  void shouldNameTheDriverThatIsMissing() throws Exception {
    var without =
        Map.of(
            "redis.clients.", List.of("redis://a", "redlock://a,b,c"),
            "tools.jackson.", List.of("etcd://a"));
    for (var driver : without.entrySet()) {
      var engines = new Without(driver.getKey()).loadClass(LockEngines.class.getName());
      var connect =
          List.of(engines.getMethods()).stream()
              .filter(method -> method.getName().equals("connect"))
              .findFirst()
              .orElseThrow();
      var ticker =
          java.lang.reflect.Proxy.newProxyInstance(
              engines.getClassLoader(),
              new Class<?>[] {connect.getParameterTypes()[1]},
              (_, _, _) -> 0L);
      for (String url : driver.getValue()) {
        assertThatThrownBy(() -> connect.invoke(null, url, ticker, RandomGenerator.getDefault()))
            .isInstanceOf(InvocationTargetException.class)
            .cause()
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("on the class path")
            .hasMessageContaining(
                driver.getKey().startsWith("redis")
                    ? "redis.clients:jedis:"
                    : "tools.jackson.core:jackson-databind:");
      }
      assertThat(connect.invoke(null, "memory:", ticker, RandomGenerator.getDefault())).isNotNull();
    }
  }

  /** The classes of locks, with all that the tests have but one driver. */
  private static final class Without extends ClassLoader {
    private final String driver;

    Without(String driver) {
      super(LockEnginesTest.class.getClassLoader());
      this.driver = driver;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith(driver)) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith("dev.ballast.locks.")) {
        return super.loadClass(name, resolve);
      }
      var loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }

    private Class<?> define(String name) {
      try (var in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        var bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
