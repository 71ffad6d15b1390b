package dev.ballast.configdb;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which PostgreSQL, and how long it is waited for.
 *
 * @param jdbcUrl {@code jdbc:postgresql://HOST[:PORT]/DATABASE?user=…&password=…}, with any further parameter of the
 *     driver ({@code sslmode}, {@code sslrootcert}, …)
 * @param applicationName what PostgreSQL shows in {@code pg_stat_activity}
 * @param poolSize most connections of the store
 * @param connectTimeout for a connection, and for one out of the pool
 * @param lockTimeout for another writer to finish
 * @param statementTimeout for one statement; a connection that stays silent a little longer is given up
 * @param idleTimeout for the next statement of a transaction: who is paused or cut off in the midst of one, and so keeps the
 *     configuration locked, is rolled back then
 */
public record DatabaseSettings(
    String jdbcUrl,
    String applicationName,
    int poolSize,
    Duration connectTimeout,
    Duration lockTimeout,
    Duration statementTimeout,
    Duration idleTimeout) {
  private static final String JDBC = "jdbc:";
  private static final Pattern URL =
      Pattern.compile(
          "postgres(?:ql)?://(?:(?<user>[^:@/?]*)(?::(?<password>[^@/?]*))?@)?(?<hosts>[^/?@]+)/(?<database>[^/?]+)"
              + "(?:\\?(?<parameters>.+))?");
  private static final int DEFAULT_POOL_SIZE = 8;
  private static final Duration SILENCE_BEYOND_TIMEOUT = Duration.ofSeconds(5);

  public DatabaseSettings {
    if (!jdbcUrl.startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException(
          "the database URL does not begin with postgresql:// or jdbc:postgresql://");
    }
    if (poolSize < 1) {
      throw new IllegalArgumentException("a pool of " + poolSize + " connections");
    }
  }

  /**
   * Settings with the defaults for a URL as people write it.
   *
   * @param url {@code postgresql://USER:PASSWORD@HOST[:PORT]/DATABASE[?sslmode=…]}, or the driver's own form
   * @throws IllegalArgumentException when it is neither; the message doesn't repeat the URL, which may hold a password
   */
  public static DatabaseSettings of(String url) {
    return new DatabaseSettings(
        jdbcUrl(url),
        "ballast",
        DEFAULT_POOL_SIZE,
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        Duration.ofSeconds(20),
        Duration.ofSeconds(20));
  }

  /**
   * For one of several that write what they observe: whatever becomes of it, the others soon get on. A transaction in which it falls silent
   * is over before a lease of theirs, 3 s, has run out; and it soon gives up a connection that leads nowhere.
   */
  public DatabaseSettings ofObserver() {
    return new DatabaseSettings(
        jdbcUrl,
        applicationName,
        poolSize,
        connectTimeout,
        Duration.ofSeconds(4),
        Duration.ofSeconds(5),
        Duration.ofSeconds(2));
  }

  public DatabaseSettings withApplicationName(String name) {
    return new DatabaseSettings(
        jdbcUrl, name, poolSize, connectTimeout, lockTimeout, statementTimeout, idleTimeout);
  }

  public DatabaseSettings withPoolSize(int size) {
    return new DatabaseSettings(
        jdbcUrl, applicationName, size, connectTimeout, lockTimeout, statementTimeout, idleTimeout);
  }

  /** Where the database is, without user and password. */
  public String address() {
    int parameters = jdbcUrl.indexOf('?');
    return jdbcUrl.substring(JDBC.length(), parameters < 0 ? jdbcUrl.length() : parameters);
  }

  @Override
  public String toString() {
    return "DatabaseSettings[" + address() + "]";
  }

  /** The driver's properties of a connection that runs statements. */
  Properties properties() {
    var properties = new Properties();
    properties.setProperty("ApplicationName", applicationName);
    properties.setProperty(
        "connectTimeout", Long.toString(Math.max(1, connectTimeout.toSeconds())));
    properties.setProperty(
        "loginTimeout", Long.toString(2 * Math.max(1, connectTimeout.toSeconds())));
    properties.setProperty(
        "socketTimeout", Long.toString(statementTimeout.plus(SILENCE_BEYOND_TIMEOUT).toSeconds()));
    properties.setProperty("cancelSignalTimeout", "2");
    properties.setProperty("tcpKeepAlive", "true");
    return properties;
  }

  /** A connection of its own, outside of the pool. */
  Connection connect(String purpose) throws SQLException {
    Properties properties = properties();
    properties.setProperty("ApplicationName", applicationName + " " + purpose);
    Connection connection = DriverManager.getConnection(jdbcUrl, properties);
    try (var statement = connection.createStatement()) {
      statement.execute(sessionSetup());
      return connection;
    } catch (SQLException failure) {
      connection.close();
      throw failure;
    }
  }

  /**
   * A connection that reads the WAL. It waits as long as it must: for older transactions when its slot is created, and
   * for the next change.
   */
  Connection connectForReplication() throws SQLException {
    Properties properties = properties();
    properties.setProperty("ApplicationName", applicationName + " feed");
    properties.setProperty("replication", "database");
    properties.setProperty("preferQueryMode", "simple");
    properties.setProperty("assumeMinServerVersion", "14");
    properties.setProperty("socketTimeout", "0");
    return DriverManager.getConnection(jdbcUrl, properties);
  }

  /** Run once per connection. */
  String sessionSetup() {
    return "SET lock_timeout = %d; SET statement_timeout = %d; SET idle_in_transaction_session_timeout = %d"
        .formatted(lockTimeout.toMillis(), statementTimeout.toMillis(), idleTimeout.toMillis());
  }

  private static String jdbcUrl(String url) {
    if (url.startsWith(JDBC)) {
      return url;
    }
    Matcher parts = URL.matcher(url);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "the database URL is not postgresql://USER:PASSWORD@HOST:PORT/DATABASE; special characters in the"
              + " password are percent-encoded");
    }
    var parameters = new ArrayList<String>();
    if (parts.group("user") != null) {
      parameters.add("user=" + reencoded(parts.group("user")));
    }
    if (parts.group("password") != null) {
      parameters.add("password=" + reencoded(parts.group("password")));
    }
    if (parts.group("parameters") != null) {
      parameters.add(parts.group("parameters"));
    }
    String place = "jdbc:postgresql://" + parts.group("hosts") + "/" + parts.group("database");
    return parameters.isEmpty() ? place : place + "?" + String.join("&", parameters);
  }

  /** From a URL's encoding to that of the driver's parameters, where a plus sign is a space. */
  private static String reencoded(String text) {
    String plain = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    return URLEncoder.encode(plain, StandardCharsets.UTF_8);
  }
}
