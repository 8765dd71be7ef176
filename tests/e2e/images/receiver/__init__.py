"""What the logs are sent to in the tests: takes HTTP, HTTPS and Fluentd's forward protocol, and tells what it got."""
