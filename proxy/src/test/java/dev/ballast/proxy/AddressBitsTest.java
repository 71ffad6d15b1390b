package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.AddressBlock;
import java.net.InetAddress;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses as proxies write them, against the JDK's reading of them. */
class AddressBitsTest {
  private final AddressBits read = new AddressBits();
  private final AddressBits expected = new AddressBits();

  private boolean read(String text) {
    byte[] bytes = Grammar.ascii(text);
    return read.read(bytes, 0, bytes.length);
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "192.0.2.1,            192.0.2.1",
    "192.0.2.1:8080,       192.0.2.1",
    "0.0.0.0,              0.0.0.0",
    "255.255.255.255,      255.255.255.255",
    "::,                   ::",
    "::1,                  ::1",
    "1::,                  1::",
    "2001:db8::1,          2001:db8::1",
    "2001:DB8:0:0:1:2:3:4, 2001:db8:0:0:1:2:3:4",
    "1:2:3:4:5:6:7::,      1:2:3:4:5:6:7:0",
    "::2:3:4:5:6:7:8,      0:2:3:4:5:6:7:8",
    "[2001:db8::1],        2001:db8::1",
    "[2001:db8::1]:443,    2001:db8::1",
    "::ffff:192.0.2.1,     192.0.2.1",
    "64:ff9b::192.0.2.33,  64:ff9b::c000:221",
  })
  void shouldReadAddresses(String written, String address) {
    expected.set(InetAddress.ofLiteral(address));

    assertThat(read(written)).isTrue();
    assertThat(read.high()).isEqualTo(expected.high());
    assertThat(read.low()).isEqualTo(expected.low());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "unknown",
        "_hidden",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "01.2.3.4",
        "1.2.3.4:",
        "1.2.3.4:x",
        "1.2.3.4:123456",
        "1..2.3",
        " 1.2.3.4",
        "1.2.3.4 ",
        ":",
        ":::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "12345::",
        "g::",
        "1:",
        "1:2:3:4:5:6:7:",
        "::1%eth0",
        "[::1",
        "[::1]x",
        "[]",
        "[1.2.3.4]",
        "::1.2.3",
        "1.2.3.4::",
        "-1.2.3.4"
      })
  void shouldRefuseWhatIsNoAddress(String written) {
    assertThat(read(written)).isFalse();
  }

  @Test
  void shouldReadRandomAddressesAsTheJdkDoes() throws Exception {
    var random = new Random(20_261_125);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
      random.nextBytes(bytes);
      InetAddress address = InetAddress.getByAddress(bytes);
      expected.set(address);

      assertThat(read(address.getHostAddress())).as("%s", address).isTrue();
      assertThat(read.high()).as("%s", address).isEqualTo(expected.high());
      assertThat(read.low()).as("%s", address).isEqualTo(expected.low());
      assertThat(read.isIpv4()).as("%s", address).isEqualTo(bytes.length == 4);
    }
  }

  @ParameterizedTest(name = "{0} in {1}: {2}")
  @CsvSource({
    "10.1.2.3,    10.0.0.0/8,     true",
    "11.1.2.3,    10.0.0.0/8,     false",
    "10.1.2.3,    10.1.2.3,       true",
    "10.1.2.4,    10.1.2.3,       false",
    "10.1.2.3,    0.0.0.0/0,      true",
    "10.1.2.3,    ::/0,           false",
    "::1,         0.0.0.0/0,      false",
    "::1,         ::/0,           true",
    "2001:db8::1, 2001:db8::/32,  true",
    "2001:db9::1, 2001:db8::/32,  false",
    "2001:db8:0:1::5, 2001:db8:0:1::/64, true",
    "2001:db8:0:2::5, 2001:db8:0:1::/64, false",
    "2001:db8::ff01, 2001:db8::ff00/121, true",
    "2001:db8::ff81, 2001:db8::ff00/121, false",
  })
  void shouldKnowWhichBlocksHoldAnAddress(String address, String block, boolean isHeld) {
    TrustList trust =
        TrustList.of(List.of(AddressBlock.parse("192.0.2.77"), AddressBlock.parse(block)));

    assertThat(read(address)).isTrue();
    assertThat(trust.contains(read)).isEqualTo(isHeld);
    assertThat(AddressBlock.parse(block).contains(InetAddress.ofLiteral(address)))
        .isEqualTo(isHeld);
  }
}
