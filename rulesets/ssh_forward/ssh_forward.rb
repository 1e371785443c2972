# Local ports that lead to machines far away: `ssh -p 2201 localhost` is a shell on the first.
MACHINES = {
  "alpha.example" => 2201,
  "beta.example"  => 2202,
  "gamma.example" => 2203,
}

ruleset "ssh-forward" do
  network "commons" do
    open_to :anyone
  end

  tunnel "shells", over: "commons" do
    entry do
      MACHINES.each { |machine, port| forward port: port, to: "#{machine}:22" }
    end
    relay 2 do
      only { uptime > 2.days }
    end
    exit { allow { port == 22 && host.in?(MACHINES.keys) } }
    isolate by: [:destination]
  end

  expect { flow("ssh://alpha.example").uses "shells" }
end
