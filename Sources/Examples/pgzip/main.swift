import PgzipKit

Pgzip.main()
