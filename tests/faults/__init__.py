"""What is broken, and what must hold: nothing accepted is lost, nothing is done twice, nobody meets a 500.

| class | where |
|---|---|
| web process or server killed before and after the commit | test_killed |
| mail worker killed before, during and after a letter leaves | test_killed, test_mail_server |
| relay or sweep killed between publishing and marking | test_killed, post/test_sending (the lease of a lost worker) |
| the clock of the task queue killed; two of them | test_killed, escalation/test_sweep (two workers) |
| Redis refused, silent, cut off, full, killed, emptied | test_redis, test_killed |
| PostgreSQL killed while it writes; connections ended | test_database, test_killed, access/test_kept_connections |
| deadlock; no room in the database; a silent server | test_database |
| each task three times, in turn and at once | test_tasks_again |
| one mail twice, one id with other words, twenty at once | test_same_form, tickets/mail/test_receive |
| mail server: 4xx, 5xx, hangs up, cut before or after its yes, slow | test_mail_server, post/test_sending |
| clock ahead, behind, put back | test_clock; summer time: lib/test_business_time |
| disk full: files, temporary files, log, rejected lines; a file that is gone | test_disk, test_killed |
| poison mail first | test_database (its twin), attack/test_mail_bombs, tickets/mail/test_receive_hostile |
| double click, refresh, twenty sendings of one form or key | test_same_form, api/test_once |
| slow senders, senders who hang up | test_killed; the deadline is the proxy's (docs/operators.md) |
| command or importer killed, its database gone | test_commands_killed |
| supervisor: what dies starts again, nothing stays | services/test_supervisor, services/test_whole, test_killed |

Only processes that a test has started are killed, by their number.
"""
