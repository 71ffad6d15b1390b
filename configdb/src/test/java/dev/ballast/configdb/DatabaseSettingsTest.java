package dev.ballast.configdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class DatabaseSettingsTest {
  @Test
  void shouldTakeAUrlAsPeopleWriteIt() {
    assertThat(
            DatabaseSettings.of(
                    "postgresql://ada:s%26cret@db.example:5433/ballast?sslmode=verify-full")
                .jdbcUrl())
        .isEqualTo(
            "jdbc:postgresql://db.example:5433/ballast?user=ada&password=s%26cret&sslmode=verify-full");
    assertThat(DatabaseSettings.of("postgres://db.example/ballast").jdbcUrl())
        .isEqualTo("jdbc:postgresql://db.example/ballast");
    assertThat(DatabaseSettings.of("postgresql://ada:a+b%20c@one:5432,two:5433/ballast").jdbcUrl())
        .isEqualTo("jdbc:postgresql://one:5432,two:5433/ballast?user=ada&password=a%2Bb+c");
  }

  @Test
  void shouldTakeTheDriversOwnForm() {
    String url = "jdbc:postgresql://a,b/ballast?targetServerType=primary";
    assertThat(DatabaseSettings.of(url).jdbcUrl()).isEqualTo(url);
  }

  @Test
  void shouldNotShowThePassword() {
    assertThat(DatabaseSettings.of("postgresql://ada:secret@db.example/ballast"))
        .hasToString("DatabaseSettings[postgresql://db.example/ballast]");
    assertThatThrownBy(() -> DatabaseSettings.of("mysql://ada:secret@db.example/ballast"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> DatabaseSettings.of("postgresql://ada:sec/ret@db.example/ballast"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("percent-encoded");
  }
}
