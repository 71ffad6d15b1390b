package dev.ballast.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateTest {
  private static final String TOKEN = "the-token-of-the-gate";
  private static final String LOCAL_ADDRESS = "10.0.0.7";

  private final Gate gate = new Gate(TOKEN, Set.of("0.0.0.0", "ctl.internal", "fd00::7"));

  private String decision(
      String method,
      @Nullable String authorization,
      @Nullable String host,
      @Nullable String origin,
      @Nullable String contentType) {
    var facts = new Gate.Facts(method, LOCAL_ADDRESS, authorization, host, origin, contentType);
    return gate.refusal(facts).map(refused -> refused.refusal().name()).orElse("in");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "the token,                          Bearer the-token-of-the-gate,   in",
    "the scheme in lower case,           bearer the-token-of-the-gate,   in",
    "no header,                          ,                               TOKEN",
    "another token,                      Bearer the-token-of-the-gatf,   TOKEN",
    "the beginning of the token,         Bearer the-token,               TOKEN",
    "the token and more,                 Bearer the-token-of-the-gate2,  TOKEN",
    "another scheme,                     Basic the-token-of-the-gate,    TOKEN",
    "nothing after the scheme,           'Bearer ',                      TOKEN"
  })
  void shouldLetInWhoHasTheToken(
      String description, @Nullable String authorization, String expected) {
    assertThat(decision("GET", authorization, null, null, null)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "loopback name,              PUT,    localhost:7070,       ,                        in",
    "loopback address,           PUT,    127.0.0.1:7070,       ,                        in",
    "another loopback address,   PUT,    127.0.0.21,           ,                        in",
    "IPv6 loopback,              PUT,    [::1]:7070,           ,                        in",
    "configured name,            PUT,    CTL.internal:7070,    ,                        in",
    "configured IPv6 address,    PUT,    [fd00::7]:7070,       ,                        in",
    "address of the connection,  PUT,    10.0.0.7:7070,        ,                        in",
    "another address,            PUT,    10.0.0.8:7070,        ,                        HOST",
    "rebound name,               PUT,    evil.example:7070,    ,                        HOST",
    "name that begins alike,     PUT,    localhost.evil.example, ,                      HOST",
    "address as a name,          PUT,    127.0.0.1.evil.example, ,                      HOST",
    "no host,                    DELETE, ,                     ,                        HOST",
    "a read under any name,      GET,    evil.example,         http://evil.example,     in",
    "own page,                   PUT,    localhost:7070,       http://localhost:7070,   in",
    "foreign page,               PUT,    localhost:7070,       http://evil.example,     ORIGIN",
    "page of another port,       PUT,    localhost:7070,       http://localhost:3000,   ORIGIN",
    "sandboxed page,             POST,   localhost:7070,       null,                    ORIGIN"
  })
  void shouldRefuseMutationsOfForeignPages(
      String description,
      String method,
      @Nullable String host,
      @Nullable String origin,
      String expected) {
    assertThat(decision(method, "Bearer " + TOKEN, host, origin, "application/json"))
        .isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "POST,   application/json,                  in",
    "POST,   application/yaml; charset=utf-8,   in",
    "PUT,    Application/JSON,                  in",
    "PUT,    text/yaml,                         in",
    "POST,   text/plain,                        CONTENT_TYPE",
    "POST,   application/x-www-form-urlencoded, CONTENT_TYPE",
    "POST,   multipart/form-data; boundary=x,   CONTENT_TYPE",
    "POST,   ,                                  CONTENT_TYPE",
    "DELETE, ,                                  in"
  })
  void shouldDemandAContentTypeThatNoFormHas(
      String method, @Nullable String contentType, String expected) {
    assertThat(decision(method, "Bearer " + TOKEN, "localhost", null, contentType))
        .isEqualTo(expected);
  }
}
