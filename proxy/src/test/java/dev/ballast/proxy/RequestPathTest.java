package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms of a path, as a table of the ways in which paths are written to get past somebody. */
class RequestPathTest {
  private final RequestPath path = new RequestPath(200, 200);

  private Violation read(String text) {
    byte[] bytes = Grammar.ascii(text);
    return path.read(bytes, 0, bytes.length);
  }

  private String passed() {
    return text(path.passed(), path.passedStart(), path.passedEnd());
  }

  private String matched() {
    return text(path.matched(), path.matchedStart(), path.matchedEnd());
  }

  private static String text(byte[] bytes, int start, int end) {
    return new String(bytes, start, end - start, StandardCharsets.UTF_8);
  }

  @ParameterizedTest(name = "{0} is passed on as {1} and matched as {2}")
  @CsvSource({
    "/,                    /,                  /",
    "/a/b.c/.d/..e/f..,    /a/b.c/.d/..e/f..,  /a/b.c/.d/..e/f..",
    "/.../x,               /.../x,             /.../x",
    "/a/./b,               /a/b,               /a/b",
    "/a/../b,              /b,                 /b",
    "/a/.,                 /a/,                /a/",
    "/a/..,                /,                  /",
    "/a/b/..,              /a/,                /a/",
    "/a/%2e%2e/b,          /b,                 /b",
    "/a/%2E./b,            /b,                 /b",
    "/a/.%2e,              /,                  /",
    "/%61dmin,             /admin,             /admin",
    "/%7Euser/%5f%2d,      /~user/_-,          /~user/_-",
    "/a%20b,               /a%20b,             /a b",
    "/%c3%a9,              /%C3%A9,            /é",
    "/%40x,                /%40x,              /@x",
    "/@x,                  /@x,                /@x",
    "/a%2fb,               /a%2Fb,             /a%2Fb",
    "/a%252fb,             /a%252fb,           /a%252fb",
    "/100%25,              /100%25,            /100%25",
    "/a%3Fb,               /a%3Fb,             /a?b",
    "/a//b,                /a//b,              /a//b",
    "//a,                  //a,                //a",
    "/a//../b,             /a/b,               /a/b",
    "/a;x=1/b,             /a;x=1/b,           /a;x=1/b",
    "/a\\b,                /a\\b,              /a\\b",
    "/A/%41,               /A/A,               /A/A",
    "*,                    *,                  *",
  })
  void shouldReadPaths(String written, String passed, String matched) {
    assertThat(read(written)).isNull();
    assertThat(passed()).isEqualTo(passed);
    assertThat(matched()).isEqualTo(matched);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/..", "/../a", "/a/../../b", "/%2e%2e", "/./..", "/a/b/../../.."})
  void shouldRefuseWhatLeadsAboveTheRoot(String written) {
    assertThat(read(written)).isEqualTo(Violation.PATH_ABOVE_ROOT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/%", "/%4", "/a%zz", "/%g1", "/%1g/x", "/%00", "/a%00.gif", "/%u002e"})
  void shouldRefuseMalformedEncodingsAndNul(String written) {
    assertThat(read(written)).isEqualTo(Violation.PATH_ENCODING);
  }

  @ParameterizedTest(name = "{0} may be read as {2} with lenience {1}")
  @CsvSource({
    "/a%2fb,            1, /a/b",
    "/a%5cb,            1, /a/b",
    "/a\\b,             1, /a/b",
    "/a%2f..%2fb,       1, /b",
    "/a/..%5cb,         1, /b",
    "/a;x/b;y,          2, /a/b",
    "/a/..;x/b,         2, /b",
    "/a/..%3bx/b,       2, /b",
    "/a//b///c,         4, /a/b/c",
    "/a/%2f/b,          5, /a/b",
    "/a/;x/b,           6, /a/b",
    "/a;x=%2F..%2Fb/c,  2, /a/c",
    "/a;x=%2F..%2Fb/c,  1, /b/c",
    "/a/b%2f..;%2f..,   3, /",
  })
  void shouldReadAsLenientBackendsMight(String written, int lenience, String reading) {
    assertThat(read(written)).isNull();
    assertThat(path.isAmbiguous()).isTrue();
    assertThat(path.mayBeRead(lenience)).isTrue();
    int end = path.read(lenience);
    assertThat(text(path.reading(), 0, end)).isEqualTo(reading);
  }

  @Test
  void shouldSeeWhenAReadingLeadsAboveTheRoot() {
    assertThat(read("/a%2f..%2f..%2fb")).isNull();
    assertThat(path.read(RequestPath.SLASHES)).isNegative();
  }

  @Test
  void shouldNotCopyPlainPaths() {
    byte[] bytes = Grammar.ascii("GET /a/b.c/-_~@:! HTTP/1.1");
    path.read(bytes, 4, 18);

    assertThat(path.passed()).isSameAs(bytes);
    assertThat(path.matched()).isSameAs(bytes);
    assertThat(path.isAmbiguous()).isFalse();
  }

  @Test
  void shouldKnowWhereEachMatchedByteComesFrom() {
    assertThat(read("/a/../%c3%a9/%2F%61")).isNull();

    assertThat(passed()).isEqualTo("/%C3%A9/%2Fa");
    List<Integer> origins = new ArrayList<>();
    for (int i = 0; i <= path.matchedEnd(); i++) {
      origins.add(path.passedAt(i));
    }
    assertThat(origins).containsExactly(0, 1, 4, 7, 8, 8, 8, 11, 12);
  }

  /** What is passed on is in its final form, and is matched as the original is. */
  @Test
  void shouldReadWhatItPassesOnTheSameAgain() {
    var random = new Random(20_261_125);
    String[] parts = {
      "/", "/", ".", "..", "%2e", "%2E", "a", "b", "%61", "%2f", "%5C", "\\", ";", "%3b", "%25",
      "%20", "?x"
    };
    for (int i = 0; i < 50_000; i++) {
      var text = new StringBuilder("/");
      for (int n = random.nextInt(8); n > 0; n--) {
        text.append(parts[random.nextInt(parts.length - 1)]);
      }
      if (read(text.toString()) == null) {
        String passed = passed();
        String matched = matched();
        assertThat(read(passed)).as("%s", text).isNull();
        assertThat(passed()).as("%s", text).isEqualTo(passed);
        assertThat(matched()).as("%s", text).isEqualTo(matched);
        assertThat(passed + "/").as("%s", text).startsWith("/").doesNotContain("/../", "/./");
      }
    }
  }
}
