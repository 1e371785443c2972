package org.wormholes.transport.names;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.rules.TrustAnchor;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.DNSSEC;
import org.xbill.DNS.DNSSEC.DNSSECException;
import org.xbill.DNS.DSRecord;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// A zone that is signed with a key of its own, and answers about what it has.
final class SignedZone {
  private final String zone;
  private final KeyPair keys;
  private final DNSKEYRecord key;
  private final Instant from;
  private final Instant to;
  private final Map<String, List<Record>> sets = new LinkedHashMap<>();

  /// @param from when signatures are good
  SignedZone(String zone, Instant from, Duration good) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      this.zone = zone;
      this.keys = generator.generateKeyPair();
      this.key =
          new DNSKEYRecord(
              Lookup.name(zone),
              DClass.IN,
              3_600,
              DNSKEYRecord.Flags.ZONE_KEY | DNSKEYRecord.Flags.SEP_KEY,
              DNSKEYRecord.Protocol.DNSSEC,
              DNSSEC.Algorithm.ECDSAP256SHA256,
              keys.getPublic());
    } catch (GeneralSecurityException | DNSSECException impossible) {
      throw new IllegalStateException(impossible);
    }
    this.from = from;
    this.to = from.plus(good);
    put(List.of(key));
  }

  /// Adds records of one name and type.
  SignedZone with(String name, String type, String... data) {
    List<Record> records = new ArrayList<>();
    for (String each : data) {
      records.add(record(name, type, each));
    }
    put(records);
    return this;
  }

  private static Record record(String name, String type, String data) {
    try {
      return Record.fromString(
          Lookup.name(name), Type.value(type), DClass.IN, 600, data, Name.root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void put(List<Record> records) {
    RRset set = new RRset();
    records.forEach(set::addRR);
    try {
      List<Record> signed = new ArrayList<>(records);
      signed.add(DNSSEC.sign(set, key, keys.getPrivate(), from, to));
      Record first = records.getFirst();
      sets.put(first.getName() + " " + Type.string(first.getType()), signed);
    } catch (DNSSECException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  TrustAnchor anchor() {
    DSRecord digest = new DSRecord(Lookup.name(zone), DClass.IN, 0, DNSSEC.Digest.SHA256, key);
    return TrustAnchor.parse(Lookup.name(zone) + " DS " + digest.rdataToString()).orElseThrow();
  }

  /// What a server says.
  Message answer(NameQuestion question) {
    Name name = Lookup.name(question.name());
    Message response = new Message(0);
    response.getHeader().setFlag(Flags.QR);
    response.addRecord(Record.newRecord(name, question.type(), DClass.IN), Section.QUESTION);
    List<Record> found = sets.get(name + " " + Type.string(question.type()));
    if (found == null) {
      response.getHeader().setRcode(Rcode.NXDOMAIN);
    } else {
      found.forEach(record -> response.addRecord(record, Section.ANSWER));
    }
    return response;
  }
}
