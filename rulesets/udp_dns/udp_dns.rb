# Name look-ups over the onion: a DNS server that checks signatures, a local port that takes DNS
# datagrams to one resolver, SOCKS5 with UDP for programs that can do it themselves, and resolvers
# of our choice at the exit.
RESOLVERS = ["9.9.9.9", "149.112.112.112"]

ruleset "udp-dns" do
  network "commons" do
    open_to :anyone
  end

  tunnel "names", over: "commons" do
    entry do
      dns     port: 5353, dnssec: true
      forward port: 5300, to: "9.9.9.9:53", udp: true
      socks   port: 1080, udp: true
    end
    relay 2 do
      only { latency < 60.ms }
    end
    exit do
      resolve *RESOLVERS
      allow { protocol == "udp" && port == 53 }
      allow { protocol == "tcp" && port.in?([53, 80, 443, 853]) }
    end
    shape :small # a question and its answer fit one small cell
    early_data
  end

  expect { flow("9.9.9.9:53", protocol: :udp).uses "names" }
end
