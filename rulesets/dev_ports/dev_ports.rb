# The services of a staging network on local ports: `psql -h localhost -p 15432`. The exit is a node
# inside that network, and lets nothing else out.
SERVICES = {
  15_432 => "db.staging.example:5432",
  16_379 => "cache.staging.example:6379",
  18_443 => "api.staging.example:443",
}

ruleset "dev-ports", version: "1.0.0" do
  network "staging" do
    open_to :invited
  end

  tunnel "services", over: "staging" do
    entry do
      SERVICES.each { |port, service| forward port:, to: service }
      forward port: 15_353, to: "10.30.0.53:53", udp: true
    end
    relay 2
    exit do
      allow { host.under?("staging.example") && port.in?([443, 5432, 6379]) }
      allow { address == "10.30.0.53" && port == 53 }
    end
    isolate by: [:destination]
  end
end
